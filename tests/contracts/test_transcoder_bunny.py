"""Our library answers as Bunny's own specification says.

`bunny_stream.json` is the vendor's OpenAPI document ("Stream API" 1.0.0), cut down to the paths
that are spoken here, without its descriptions.
"""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response

from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import Chapter, MetaTag, VideoChange, VideoNew
from tests.conftest import DatabaseUrl, Start
from tests.fuzzing import cases
from tests.transcoder_service.world import API_KEY, LIBRARY, settings_in
from tests.wiring import http
from transcoder_service.app import create_app

SPECIFICATION = json.loads((Path(__file__).parent / "bunny_stream.json").read_text())
SCHEMA = schemathesis.openapi.from_dict(SPECIFICATION)
VTT = b"WEBVTT\n\n00:01.000 --> 00:02.000\nBonjour\n"
# The vendor documents no 400 where a body or a number is malformed; somebody must say it.
UNDOCUMENTED = {400}


@pytest.fixture
async def app(database_url: DatabaseUrl, valkey_url: str, start: Start, tmp_path: Path) -> FastAPI:
    database = database_url("transcoder_service")
    settings = settings_in(tmp_path, database_url=database, valkey_url=valkey_url, webhook_url="")
    return await start(create_app(settings))


@pytest.fixture
def library(app: FastAPI) -> VideoLibraryClient:
    return VideoLibraryClient(http(app), LIBRARY, API_KEY)


def check(operation: Any, answer: httpx.Response) -> list[str]:
    """Return how an answer differs from the specification."""
    if answer.status_code in UNDOCUMENTED and "400" not in operation.definition.raw["responses"]:
        return []
    try:
        operation.validate_response(Response.from_httpx(answer, verify=False))
    except (Failure, FailureGroup) as failure:
        return [f"{operation.label} {answer.status_code} {answer.text[:300]}: {failure}"]
    return []


async def a_full_library(library: VideoLibraryClient) -> dict[str, str]:
    """Fill a library with a video of every kind; return what addresses are made of."""
    shelf = await library.create_collection("Drama")
    made = await library.create_video(VideoNew(title="Sira", collection_id=shelf.guid))
    await library.create_video(VideoNew(title="Empty"))
    await library.upload(made.guid, b"no film, so it fails and says why")
    change = VideoChange(
        chapters=[Chapter(title="A", start=0, end=5)], meta_tags=[MetaTag(property="a")]
    )
    await library.update_video(made.guid, change)
    await library.add_caption(made.guid, "fr", "Français", VTT)
    return {
        "libraryId": str(LIBRARY),
        "videoId": made.guid,
        "collectionId": shelf.guid or "",
        "srclang": "fr",
    }


@pytest.mark.parametrize("known", [True, False], ids=["of what is there", "of what is not"])
async def test_every_answer_is_as_specified(
    app: FastAPI,
    library: VideoLibraryClient,
    known: bool,
):
    parts = await a_full_library(library)
    if not known:
        parts |= {"videoId": "none", "collectionId": "none"}
    found: list[str] = []
    seen: set[int] = set()
    async with http(app) as client:
        client.headers["AccessKey"] = API_KEY
        for operation in sorted(_operations(), key=lambda one: one.method == "delete"):
            for case in cases(operation, 15):
                case.path_parameters = {name: parts[name] for name in case.path_parameters or {}}
                answer = await _sent(client, case)
                seen.add(answer.status_code)
                found += check(operation, answer)
    assert found == []
    assert {200 if known else 404, 400} <= seen


async def test_without_a_key_every_answer_is_401(app: FastAPI):
    async with http(app) as client:
        for operation in _operations():
            (case,) = cases(operation, 1)
            names = case.path_parameters or {}
            case.path_parameters = dict.fromkeys(names, "1")
            answer = await _sent(client, case)
            assert answer.status_code == 401
            assert check(operation, answer) == []


def _operations() -> list[Any]:
    return [result.ok() for result in SCHEMA.get_all_operations()]  # type: ignore[union-attr]  # ours is valid


async def _sent(client: httpx.AsyncClient, case: Any) -> httpx.Response:
    made = case.as_transport_kwargs(base_url="http://service")
    kind = (made.get("headers") or {}).get("Content-Type", "application/json")
    content = made.get("data") or b""
    if made.get("json") is not None:
        content = json.dumps(made["json"]).encode()
    request = client.build_request(
        made["method"],
        made["url"],
        params=made.get("params") or {},
        content=content,
        headers={"Content-Type": kind},
    )
    return await client.send(request)
