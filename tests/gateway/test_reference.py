"""`/docs` tells of every service that answers, and says which do not."""

from gateway.actions.reference import Reference, kind_of, service_of
from kit.client import ServiceClient
from tests.wiring import http


async def test_the_page_shows_the_gateway_and_who_does_not_answer(app):
    async with http(app) as client:
        answer = await client.get("/docs")
    page = answer.text
    assert answer.status_code == 200
    assert 'id="gateway"' in page
    assert "/jobs/{job_id}/retries" in page
    assert page.count('class="trouble"') == 7
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert "<style" not in page
    assert "http://cdn" not in page


async def test_what_a_service_says_of_itself_is_shown(app, settings):
    reference: Reference = app.state.reference
    reference.clients = {"catalog_service": ServiceClient(http(app))}
    reference.urls = {"catalog_service": "http://catalog"}
    _, found = await reference.services()
    assert (found.name, found.trouble) == ("catalog_service", "")
    (retry,) = [one for one in found.operations if one.path.endswith("/retries")]
    assert [(field.name, field.where) for field in retry.fields] == [
        ("job_id", "path"),
        ("from_step", "body"),
    ]
    assert "retries" in retry.words
    assert {"200", "4XX"} <= {answer.status for answer in retry.answers}


async def test_its_sheet_and_its_script_are_kept_for_ever(app):
    async with http(app) as client:
        page = (await client.get("/docs")).text
        sheet = page.split('rel="stylesheet" href="')[1].split('"')[0]
        script = page.split('type="module" src="')[1].split('"')[0]
        for url, kind in ((sheet, "text/css"), (script, "text/javascript")):
            answer = await client.get(url)
            assert answer.headers["content-type"].startswith(kind)
            assert "immutable" in answer.headers["cache-control"]
        assert (await client.get("/static/000000000000/app.css")).status_code == 404


async def test_hostile_descriptions_stay_text(app):
    told = {"get": {"summary": "<script>alert(1)</script>", "responses": {}}}
    reference: Reference = app.state.reference
    reference.kept = [service_of("x", "http://x", {"paths": {"/a": told}})]
    reference.until = float("inf")
    async with http(app) as client:
        page = (await client.get("/docs")).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_kinds_are_said_in_words():
    assert kind_of({}, {"$ref": "#/components/schemas/Film"}) == "Film"
    assert kind_of({}, {"type": "array", "items": {"type": "string"}}) == "list of string"
    assert kind_of({}, {"anyOf": [{"format": "uuid"}, {"type": "null"}]}) == "uuid or null"
    assert kind_of({}, {"enum": ["a", "b"]}) == "a | b"
