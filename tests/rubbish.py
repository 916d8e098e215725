"""A visitor who follows every link and fills forms with rubbish: `await troubles(browser)`."""

import random
import re
from collections.abc import AsyncIterator, Awaitable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

import httpx
from typing_extensions import override

RUBBISH = (
    "", " ", "\0", "-1", "0", "1e9", "9" * 30, "NaN", "vrai", "é" * 300, "🎬", "%00", "%(num)s",
    "{{ 7*7 }}", "' OR 1=1 --", "<script>", "../../etc/passwd", "2026-99-99T99:99", "[]", "a,b;c",
    "01900000-0000-7000-8000-000000000000", "Réalisation", ": :", "http://127.0.0.1:1/", "\ud7ff",
)  # fmt: skip
LEFT_ALONE = re.compile(r"sign-out|sign_out|\.csv$|/stream$|/static/")
MOST_PAGES = 60


@dataclass
class Form:
    """`fields` hold what a browser would send if nobody touched anything."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


class _Page(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.is_in_form = False
        self.select = ""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href", "").startswith(("/", "?")):
            self.links.append(given["href"])
        if tag == "form":
            action = given.get("action") or self.path
            self.forms.append(Form(given.get("method", "get").lower(), action))
            self.is_in_form = True
        if self.is_in_form and (name := given.get("name")):
            self._field(tag, name, given)
        if tag == "option" and self.select and self.is_in_form and "selected" in given:
            self.forms[-1].fields[self.select] = given.get("value", "")

    @override
    def handle_endtag(self, tag: str) -> None:
        self.is_in_form = self.is_in_form and tag != "form"
        self.select = "" if tag == "select" else self.select

    def _field(self, tag: str, name: str, given: dict[str, str]) -> None:
        self.select = name if tag == "select" else self.select
        if given.get("type") == "file":
            self.forms[-1].files.append(name)
        else:
            self.forms[-1].fields.setdefault(name, given.get("value", ""))


async def troubles(browser: httpx.AsyncClient, start: str = "/", within: str = "/") -> list[str]:
    """Return what was answered with 5xx, and the pages that could not be read at all.

    Links are followed and forms are filled whose addresses begin with `within`.
    """
    chance, waiting, seen, found = random.Random(7), [start], {start}, list[str]()
    shapes: set[str] = set()
    while waiting and len(seen) < MOST_PAGES * 4:
        path = waiting.pop(0)
        answer, trouble = await _asked(browser.get(path, follow_redirects=True), f"GET {path}")
        found += trouble
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            continue
        page = _Page(urlsplit(path).path)
        page.feed(answer.text)
        for link in page.links:
            to = f"{page.path}{link}" if link.startswith("?") else link
            is_ours = to.startswith(within) and not LEFT_ALONE.search(to)
            if is_ours and to not in seen and len(seen) < MOST_PAGES:
                seen.add(to)
                waiting.append(to)
        for form in page.forms:
            shape = f"{form.method} {_shape(form.action)} {sorted(form.fields)}"
            is_ours = form.action.startswith(within) and not LEFT_ALONE.search(form.action)
            if is_ours and shape not in shapes:
                shapes.add(shape)
                found += [each async for each in _filled(browser, form, chance)]
    assert len(seen) > 3, "there was nothing to follow"
    assert shapes, "there was nothing to fill"
    return found


async def _filled(
    browser: httpx.AsyncClient, form: Form, chance: random.Random
) -> AsyncIterator[str]:
    for values in _fillings(form, chance):
        if form.method == "get":
            asked = browser.get(form.action, params=values)
        else:
            files = dict.fromkeys(form.files, ("x.png", b"\x89PNG rubbish", "image/png"))
            asked = browser.post(form.action, data=values, files=files or None)
        for trouble in (await _asked(asked, f"{form.method} {form.action} {values}"))[1]:
            yield trouble


async def _asked(
    asked: Awaitable[httpx.Response], what: str
) -> tuple[httpx.Response | None, list[str]]:
    """Return the answer, and what was wrong with it; over ASGI what breaks is raised."""
    try:
        answer = await asked
    except Exception as error:  # noqa: BLE001  (that there is none is what is tested)
        return None, [f"{what[:300]}: {error!r}"]
    return answer, [f"{what[:300]}: {answer.status_code}"] if answer.status_code >= 500 else []


def _fillings(form: Form, chance: random.Random) -> Iterator[dict[str, str]]:
    names = [name for name in form.fields if name != "csrf"]
    for name in names:
        for rubbish in chance.sample(RUBBISH, 4):
            yield form.fields | {name: rubbish}
    for _ in range(4):
        yield form.fields | {name: chance.choice(RUBBISH) for name in names}
    yield {name: value for name, value in form.fields.items() if name == "csrf"}


def _shape(path: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", path)
