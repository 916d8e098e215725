"""How a post would look: a card for each chosen account, with its length as networks count."""

from typing import Any

from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.social import (
    Media,
    PreviewTarget,
    SocialAccount,
    SocialPreviewed,
    SocialPreviewNew,
    Unfit,
)
from kit.schema import Schema

LONGEST = 20_000


class Card(Schema):
    """One account's post; `percent` of the limit is used, at most 100."""

    account: SocialAccount
    title: str
    text: str
    url: str
    media: Media | None
    length: int
    limit: int
    percent: int
    problems: list[Unfit]


async def cards(
    publisher: PublisherClient,
    accounts: list[SocialAccount],
    typed: dict[str, Any],
    media: Media | None,
) -> list[Card]:
    """Return a card for each account that is ticked, however far the writing is."""
    ticked = {str(each) for each in typed["accounts"]}
    chosen = [each for each in accounts if str(each.id) in ticked][:20]
    if not chosen:
        return []
    said = {name: str(typed.get(name) or "")[:LONGEST] for name in ("title", "text", "url")}
    asked = SocialPreviewNew(
        title=said["title"],
        text=said["text"],
        url=said["url"] if _is_address(said["url"]) else None,
        media_id=media.id if media else None,
        networks=[
            PreviewTarget(network=each.network, text=_own(typed, each) or None) for each in chosen
        ],
    )
    found = (await publisher.preview_publication(asked)).items
    return [_card(account, each, said, media) for account, each in zip(chosen, found, strict=False)]


def _own(typed: dict[str, Any], account: SocialAccount) -> str:
    return str(typed.get(f"text.{account.id}") or "")[:LONGEST]


def _card(
    account: SocialAccount, found: SocialPreviewed, said: dict[str, str], media: Media | None
) -> Card:
    return Card(
        account=account,
        title=said["title"],
        text=found.text,
        url=said["url"],
        media=media,
        length=found.length,
        limit=found.limit,
        percent=min(100, round(100 * found.length / max(1, found.limit))),
        problems=found.problems,
    )


def _is_address(typed: str) -> bool:
    """Say whether that much of an address has been typed that it counts as one."""
    scheme, _, rest = typed.partition("://")
    return scheme in {"http", "https"} and bool(rest) and " " not in typed and len(typed) <= 2000
