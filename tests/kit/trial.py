"""A front-end of one page on nothing but the kit."""

from pathlib import Path
from typing import Annotated, ClassVar

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import StringConstraints

from kit.errors import TooMany, Unavailable
from kit.schema import Schema
from kit.site.app import build_site
from kit.site.filled import filled
from kit.site.notices import notify
from kit.site.render import render
from kit.site.settings import SiteSettings
from kit.web import Router

FOLDER = Path(__file__).parent / "trial_pages"
router = Router()


class Settings(SiteSettings):
    SERVICE: ClassVar[str] = "trial"


class View(Schema):
    words: str


class Words(Schema):
    words: Annotated[str, StringConstraints(min_length=1, max_length=5)]
    many: list[str] = []


@router.get("/")
async def page(request: Request, words: str = "Bonsoir") -> Response:
    return render(request, "pages/page.html", View(words=words))


@router.post("/words")
async def send(request: Request) -> Response:
    site = request.app.state.site
    found = await filled(request, Words, site.language(request))
    if found.form is None:
        text = " ".join(found.errors.values())
        return render(request, "pages/page.html", View(words=text), 422)
    answer = RedirectResponse("/", 303)
    notify(request, answer, found.form.words)
    return answer


@router.get("/trouble/{kind}")
async def trouble(kind: str) -> Response:
    if kind == "broken":
        raise RuntimeError("a secret detail")
    raise {"busy": TooMany(retry_after=7), "away": Unavailable()}[kind]


def a_site(**changes: object) -> FastAPI:
    values: dict[str, object] = {"environment": "test", **changes}
    return build_site(Settings(**values), router, folder=FOLDER, origins=("https://cdn.test/x",))  # type: ignore[arg-type]  # any setting
