"""Who may watch what, and what there is to do about it. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

import phonenumbers

from kit.contracts.catalog.films import FilmCard
from kit.contracts.catalog.words import AccessLevel, VideoState
from kit.contracts.payments.orders import Attempt, AttemptState, Order, OrderState
from kit.contracts.payments.refunds import Refund, RefundOffer, RefundState
from kit.contracts.payments.shop import Grant
from kit.contracts.tokens import Verification

PLAYABLE = frozenset({VideoState.playable, VideoState.ready})
NOBODY = Verification(ok=False)


class Step(StrEnum):
    """The one thing to do on a film's page."""

    watch = "watch"
    unlock = "unlock"
    """A ticket for this film opens it."""
    sign_in = "sign_in"
    """A member's code opens it."""
    wait = "wait"
    """The film is being prepared; nobody can watch it yet."""


# The ladder of the video library: peak bits a second of picture and sound.
LADDER = {144: 125_000, 240: 270_000, 360: 490_000, 480: 900_000, 720: 1_950_000, 1080: 3_700_000}


def may_watch(film: FilmCard, holder: Verification) -> bool:
    """Say whether this code opens this film. The catalogue has the last word when it plays."""
    if film.access_level == AccessLevel.public:
        return True
    if not holder.ok or holder.access_level is None:
        return False
    if film.access_level == AccessLevel.vip:
        return holder.access_level == "vip"
    own = {str(film.id), film.video_guid or str(film.id)}
    return holder.access_level == "ppv" and holder.video_id in own


def step(film: FilmCard, holdings: Iterable[Verification] = (NOBODY,)) -> Step:
    """Return what there is to do with these codes, one's own and those of one's account."""
    if film.video_state not in PLAYABLE:
        return Step.wait
    if any(may_watch(film, holder) for holder in (NOBODY, *holdings)):
        return Step.watch
    return Step.unlock if film.access_level == AccessLevel.ppv else Step.sign_in


def bytes_for(height: int, seconds: float) -> int:
    """Return what that long costs at most, at the rung of that height."""
    return round(LADDER[height] / 8 * seconds)


def safe_path(path: str) -> str:
    """Return a path inside the portal to go on to, or nothing when it leads elsewhere."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\"))
    is_plain = all(character.isprintable() and character != "\\" for character in path)
    return path if is_ours and is_plain else ""


def going_to(path: str) -> str:
    """Return what takes that page along to another door: "?next=/films/x", or nothing."""
    goal = safe_path(path)
    return f"?next={quote(goal)}" if goal else ""


def is_app_code(code: str) -> bool:
    """Say whether this is a code of an authenticator app: six digits. Else a recovery code."""
    digits = code.replace(" ", "")
    return len(digits) == 6 and digits.isdecimal()


def shorten(text: str, length: int) -> str:
    """Return the text up to a word's end, for descriptions."""
    words = text.split()
    kept: list[str] = []
    while words and len(" ".join([*kept, words[0]])) <= length:
        kept.append(words.pop(0))
    return " ".join(kept) + ("…" if words else "")


ADULT = ("/account", "/orders", "/plans")


def may_child(method: str, path: str) -> bool:
    """Say whether a child's profile may go there: to whoever watches, and out, but not to the
    account's name, ways in, codes, notices, privacy, anybody's profile, or where one pays.
    """
    if not path.startswith(ADULT) or path == "/account/sign-out":
        return True
    is_reading = method in {"GET", "HEAD"} and path == "/account/viewers"
    return is_reading or (path.startswith("/account/viewers/") and path.endswith("/entry"))


# In this order: most browsers claim to be others as well.
BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox/": "Firefox",
    "FxiOS": "Firefox", "Chrome/": "Chrome", "CriOS": "Chrome", "Safari/": "Safari",
}  # fmt: skip
SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows",
    "CrOS": "ChromeOS", "Macintosh": "Mac", "Linux": "Linux",
}  # fmt: skip


def device_name(user_agent: str) -> str:
    """Return what its person calls a browser: "Chrome, Android"; empty for one we do not know."""
    found = (
        next((name for sign, name in known.items() if sign in user_agent), "")
        for known in (BROWSERS, SYSTEMS)
    )
    return ", ".join(name for name in found if name)


class Stage(StrEnum):
    """How far an order is for whoever pays it: what its page shows."""

    choose = "choose"
    """A way to pay is to be chosen, for the first time or after one that did not work."""
    wait = "wait"
    giving = "giving"
    """Paid; what was bought is on its way."""
    done = "done"
    refunded = "refunded"
    disputed = "disputed"
    over = "over"


ENDED = frozenset({AttemptState.declined, AttemptState.cancelled, AttemptState.expired})
STAGES = {
    OrderState.paid: Stage.giving,
    OrderState.fulfilled: Stage.done,
    OrderState.partially_refunded: Stage.done,
    OrderState.refunded: Stage.refunded,
    OrderState.disputed: Stage.disputed,
}


def stage(order: Order) -> Stage:
    """Return how far an order is. Late money is taken: one that expired may still be waited for."""
    if order.state in STAGES:
        return STAGES[order.state]
    last = last_attempt(order)
    if last is not None and last.state not in ENDED:
        return Stage.wait
    is_over = order.state in {OrderState.expired, OrderState.cancelled}
    return Stage.over if is_over else Stage.choose


class Return(StrEnum):
    """How far giving an order back is."""

    offer = "offer"
    moving = "moving"
    done = "done"
    no = "no"


def return_stage(offer: RefundOffer, last: Refund | None) -> Return:
    """Return what the page of giving back shows; a refund that failed may be asked for again."""
    if last is not None and last.state is RefundState.pending:
        return Return.moving
    if offer.may:
        return Return.offer
    is_back = last is not None and last.state is RefundState.succeeded
    return Return.done if is_back else Return.no


def why_kept(grants: Sequence[Grant], at: datetime) -> str:
    """Return why films that came together for coins cannot be given back; "" when they can."""
    if any(each.started_at is not None for each in grants):
        return "watched"
    until = [each.refundable_until for each in grants]
    return "" if all(each is not None and each > at for each in until) else "late"


STRAY = frozenset({"wrong_amount", "paid_already"})


def charged(order: Order) -> Attempt | None:
    """Return the attempt that paid an order: neither a second one, nor one of another amount."""
    paid = [each for each in order.attempts if each.state is AttemptState.approved]
    return next((each for each in paid if each.reason not in STRAY), None)


def last_attempt(order: Order) -> Attempt | None:
    return order.attempts[-1] if order.attempts else None


def is_address(url: str, *, secure: bool) -> bool:
    """Say whether a payer may be sent there: a provider's page, over TLS where it matters."""
    return url.startswith("https://") or (not secure and url.startswith("http://"))


# Where mobile money pays, and how its numbers begin.
CALLING = {
    "BF": 226, "BJ": 229, "CI": 225, "GN": 224, "ML": 223, "NE": 227, "SN": 221, "TG": 228,
}  # fmt: skip


def country_of(number: str) -> str | None:
    """Return the country of a number that begins with "+"; None when nobody knows."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return None


def national(number: str) -> str:
    """Return a number as it is written in its own country: "01 97 00 00 00"."""
    try:
        found = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.NATIONAL)


def is_secret(text: str) -> bool:
    """Say whether this can be an order's secret: letters, digits, "-" and "_"."""
    return 16 <= len(text) <= 100 and all(sign.isalnum() or sign in "-_" for sign in text)
