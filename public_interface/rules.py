"""Who may watch what, and what there is to do about it. Pure."""

from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import quote

from kit.contracts.catalog.films import FilmCard
from kit.contracts.catalog.words import AccessLevel, VideoState
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


def may_child(method: str, path: str) -> bool:
    """Say whether a child's profile may go there: to whoever watches, and out, but not to the
    account's name, ways in, codes, notices, privacy, or anybody's profile.
    """
    if not path.startswith("/account") or path == "/account/sign-out":
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
