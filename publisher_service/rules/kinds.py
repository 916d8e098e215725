"""Every kind of notice: its values, by which channels it comes by itself, and who may choose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kit.contracts.publisher.notices import ChannelName

IN_APP, EMAIL = ChannelName.in_app, ChannelName.email
PUSH, TELEGRAM = ChannelName.web_push, ChannelName.telegram
CODE, TRIAL = "address.code", "address.trial"  # made here, for one place alone
LOUD = (PUSH, TELEGRAM, ChannelName.sms, ChannelName.whatsapp)


@dataclass(frozen=True)
class Kind:
    """`by_itself`: channels that are on until somebody chooses; `optional`: those they may add.

    A fixed kind always comes by its own channels. `is_shown`: people find it where they choose.
    """

    name: str
    group: str
    values: tuple[str, ...]
    by_itself: tuple[ChannelName, ...]
    optional: tuple[ChannelName, ...] = ()
    is_fixed: bool = False
    is_shown: bool = True

    @property
    def is_security(self) -> bool:
        return self.group == "security"

    @property
    def channels(self) -> tuple[ChannelName, ...]:
        return (*self.by_itself, *self.optional)


def _letter(name: str, *values: str, group: str = "security") -> Kind:
    """Return a kind that is a mail and nothing else: it carries a one-time link."""
    return Kind(name, group, values, (EMAIL,), is_fixed=True, is_shown=False)


def _security(name: str, *values: str) -> Kind:
    return Kind(name, "security", values, (IN_APP, EMAIL), LOUD, is_fixed=True)


def _news(name: str, *values: str) -> Kind:
    quiet = (ChannelName.sms, ChannelName.whatsapp)
    return Kind(name, "films", values, (IN_APP, EMAIL, PUSH, TELEGRAM), quiet)


def _money(name: str, *values: str) -> Kind:
    """Return a kind about what somebody has or has bought."""
    return Kind(name, "money", ("name", *values), (IN_APP, EMAIL), LOUD)


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        _letter("account.verify_email", "name", "link", "hours"),
        _letter("account.sign_in_link", "name", "link", "minutes"),
        _letter("account.password_reset", "name", "link", "minutes"),
        _letter("account.exists", "name", "link"),
        _security("account.password_changed", "name", "at", "device", "place"),
        _letter("account.email_change", "name", "link", "hours"),
        _letter("account.email_changed", "name", "old", "new", "at"),
        _security("account.new_sign_in", "name", "at", "device", "place"),
        _security("account.second_factor", "name", "what", "at"),
        _letter(
            "account.invited", "inviter", "role", "studio", "link", "days", group="account"
        ),
        _security("account.acted_as", "name", "admin", "at", "minutes", "why"),
        _letter("account.suspended", "name"),
        _security("account.export_ready", "name", "link", "days"),
        _security("account.deletion_planned", "name", "on", "link"),
        _letter("account.deleted", "name"),
        _security("client.secret_rotated", "name", "client", "until"),
        _news("film.published", "name", "title", "url", "picture", "by"),
        _news("series.episode", "name", "title", "series", "url", "picture"),
        Kind(
            "studio.joined", "studio", ("name", "studio", "role"), (IN_APP, EMAIL), (PUSH, TELEGRAM)
        ),
        Kind(
            CODE, "security", ("code", "minutes"), (), LOUD[2:], is_fixed=True, is_shown=False
        ),
        Kind(TRIAL, "account", ("url",), (), LOUD, is_fixed=True, is_shown=False),
        _money("coins.low", "coins", "link"),
        _money("coins.expiring", "coins", "until", "link"),
        _money("coins.gift", "giver", "coins", "message", "link"),
        _money("coins.granted", "coins", "why", "link"),
        _money("film.yours", "title", "url"),
        _letter("film.code", "title", "code", "url", group="money"),
        _money("film.rented", "title", "url", "until", "hours"),
        _money("subscription.started", "plan", "until", "url"),
        _money("subscription.renewal_due", "plan", "amount", "on", "link", "url"),
        _money("subscription.renewing", "plan", "amount", "on", "url"),
        _money("subscription.past_due", "plan", "amount", "on", "link", "url"),
        _money("subscription.ended", "plan", "url"),
        _letter(
            "gift_card.received", "giver", "amount", "message", "code", "link", group="money"
        ),
        _money("money.receipt", "title", "amount", "number", "link"),
        _money("money.refunded", "title", "amount", "number", "link"),
        _money("money.share", "title", "share", "link"),
        _money("money.statement", "amount", "on", "link"),
        _security("money.payout_account", "name", "number", "until"),
        _money("money.paid_out", "amount"),
        _money("money.payout_failed", "amount", "why"),
        Kind("digest.news", "films", ("name", "count", "items"), (EMAIL,), is_shown=False),
    )
}  # fmt: skip
# One word for each: "films" are gathered into one mail for those who want that.
DIGESTED = "films"


def may_come(kind: Kind, channel: ChannelName, chosen: bool | None) -> bool:
    """Say whether a notice of this kind goes by this channel, given what the person chose."""
    if channel in kind.by_itself:
        return kind.is_fixed or chosen is not False
    return channel in kind.optional and chosen is True


def locked(kind: Kind) -> Sequence[ChannelName]:
    """Return the channels of a kind that nobody can switch off."""
    return kind.by_itself if kind.is_fixed else ()
