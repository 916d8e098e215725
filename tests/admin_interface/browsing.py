"""Using pages as a browser without scripts does: read a form, fill it, send it."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser

import httpx
from typing_extensions import override


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.headings = 0
        self.labels: set[str] = set()
        self.inputs: list[dict[str, str | None]] = []
        self.actionless = 0
        self.title = ""
        self.inside = ""
        self.depth = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.headings += tag == "h1"
        if tag == "label":
            self.depth += 1
            if given.get("for"):
                self.labels.add(given["for"] or "")
        if tag in {"input", "select", "textarea"} and given.get("type") not in {"hidden", "submit"}:
            self.inputs.append({**given, "wrapped": "yes" if self.depth else ""})
        if tag == "form" and given.get("method") not in {"dialog", None} and "action" not in given:
            self.actionless += 1
        self.inside = tag

    @override
    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "label"


def check_house_rules(answer: httpx.Response) -> None:
    """Fail unless the page keeps the rules of the house: one h1, labels, no inline script."""
    page = _Forms()
    page.feed(answer.text)
    ours = re.sub(r'srcdoc="[^"]*"', "", answer.text)  # a mail has its style inside it
    assert page.headings == 1
    assert re.search(r"<title>[^<]+</title>", answer.text)
    assert "<script>" not in ours
    assert " style=" not in ours
    assert page.actionless == 0
    nameless = [
        one for one in page.inputs
        if not (one["wrapped"] or one.get("aria-label") or "hidden" in one
                or one.get("id") in page.labels)
    ]  # fmt: skip
    assert nameless == []


async def see(browser: httpx.AsyncClient, path: str) -> httpx.Response:
    answer = await browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
    check_house_rules(answer)
    return answer


async def send(
    browser: httpx.AsyncClient, page: str, to: str, data: Mapping[str, object], **more: object
) -> httpx.Response:
    """Load `page` for its token, then post the form to `to`."""
    token = re.search(r'name="csrf" value="([^"]+)"', (await see(browser, page)).text)
    assert token
    return await browser.post(to, data={**data, "csrf": token[1]}, **more)  # type: ignore[arg-type]
