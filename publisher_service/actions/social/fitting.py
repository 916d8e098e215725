"""Whether a publication fits its networks, told before it is taken in, and beforehand."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.publisher import social as wire
from kit.contracts.publisher.social_errors import MediaNotFound, PublicationUnfit
from kit.db import find
from publisher_service.actions.social.press import Press
from publisher_service.models.social import Media, SocialAccount
from publisher_service.rules import networks
from publisher_service.rules.networks import Attachment


async def preview(
    session: AsyncSession, press: Press, asked: wire.SocialPreviewNew
) -> wire.SocialPreview:
    media = await media_of(session, asked.media_id)
    shows = attachment(press, media)
    items = []
    for each in asked.networks:
        given = asked.text if each.text is None else each.text
        has_media = media is not None
        text = networks.composed(each.network, given, asked.url, has_media=has_media)
        items.append(
            wire.SocialPreviewed(
                network=each.network,
                text=text,
                length=networks.RULES[each.network].length(text),
                limit=networks.limit(each.network, has_media=has_media),
                problems=networks.problems(each.network, asked.title, text, shows),
            )
        )
    return wire.SocialPreview(items=items)


async def media_of(session: AsyncSession, media_id: UUID | None) -> Media | None:
    return await find(session, Media, media_id, MediaNotFound) if media_id else None


def attachment(press: Press, media: Media | None) -> Attachment | None:
    if media is None:
        return None
    return Attachment(
        wire.MediaKind(media.kind),
        media.byte_count,
        media.seconds,
        media.width,
        media.height,
        press.is_reachable,
    )


def check(
    new: wire.PublicationNew, accounts: Sequence[SocialAccount], media: Attachment | None
) -> None:
    """Raise PublicationUnfit unless every network takes it."""
    texts = {each.account_id: each.text for each in new.targets}
    errors = []
    for account in accounts:
        name, own = wire.NetworkName(account.network), texts.get(account.id)
        text = new.text if own is None else own
        whole = networks.composed(name, text, new.url, has_media=media is not None)
        found = networks.problems(name, new.title, whole, media)
        if found:
            errors.append({"where": account.name, "what": found, "account_id": str(account.id)})
    if errors:
        raise PublicationUnfit(errors=errors)
