"""The API reference of all services, made from what each says of itself."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import orjson

from gateway.settings import Settings
from kit.client import ServiceClient, open_http
from kit.errors import AppError
from kit.schema import Schema

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
KEPT_SECONDS = 60.0
PATIENCE_SECONDS = 3.0
Json = Mapping[str, Any]


class Field(Schema):
    """A parameter, or a field of a body."""

    name: str
    where: str
    kind: str
    required: bool
    text: str


class Answer(Schema):
    status: str
    text: str
    kind: str


class Operation(Schema):
    method: str
    path: str
    summary: str
    text: str
    fields: list[Field]
    answers: list[Answer]

    @property
    def words(self) -> str:
        """What a search looks at."""
        names = " ".join(field.name for field in self.fields)
        return f"{self.method} {self.path} {self.summary} {self.text} {names}".lower()


class Service(Schema):
    """`trouble` says why there is nothing to read about it."""

    name: str
    url: str
    operations: list[Operation] = []
    trouble: str = ""


class Reference:
    """Fetches the documents of all services, and keeps them for a minute."""

    def __init__(self, settings: Settings, own: Json) -> None:
        self.own = own
        self.own_url = f"http://{settings.host}:{settings.port}"
        self.urls = {
            "accounts_service": settings.accounts_url,
            "catalog_service": settings.catalog_url,
            "tokens_service": settings.tokens_url,
            "payments_service": settings.payments_url,
            "publisher_service": settings.publisher_url,
            "transcoder_service": settings.bunny_api_url,
            "sentinel": settings.sentinel_url,
        }
        self.clients = {name: ServiceClient(open_http(url)) for name, url in self.urls.items()}
        self.kept: list[Service] = []
        self.until = 0.0

    async def services(self) -> list[Service]:
        if time.monotonic() >= self.until:
            others = await asyncio.gather(*(self._service(name) for name in self.urls))
            self.kept = [service_of("gateway", self.own_url, self.own), *others]
            whole = not any(service.trouble for service in self.kept)
            self.until = time.monotonic() + (KEPT_SECONDS if whole else KEPT_SECONDS / 12)
        return self.kept

    async def close(self) -> None:
        for client in self.clients.values():
            await client.close()

    async def _service(self, name: str) -> Service:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await self.clients[name].send("GET", "/openapi.json")
            return service_of(name, self.urls[name], orjson.loads(answer.content))
        except (AppError, TimeoutError, ValueError, LookupError, TypeError, AttributeError):
            trouble = "It does not answer, or shows no OpenAPI document at /openapi.json."
            return Service(name=name, url=self.urls[name], trouble=trouble)


def service_of(name: str, url: str, document: Json) -> Service:
    """Return what an OpenAPI document says."""
    operations = [
        _operation(document, method, path, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]
    return Service(name=name, url=url, operations=operations)


def _operation(document: Json, method: str, path: str, told: Json) -> Operation:
    fields = [_parameter(document, _resolved(document, one)) for one in told.get("parameters", ())]
    return Operation(
        method=method.upper(),
        path=path,
        summary=str(told.get("summary") or ""),
        text=str(told.get("description") or ""),
        fields=fields + _body(document, told.get("requestBody") or {}),
        answers=[
            Answer(status=str(status), text=str(answer.get("description") or ""),
                   kind=_content_kind(document, answer))
            for status, answer in (told.get("responses") or {}).items()
        ],
    )  # fmt: skip


def _parameter(document: Json, told: Json) -> Field:
    schema = told.get("schema") or {}
    return Field(
        name=str(told.get("name", "")),
        where=str(told.get("in", "")),
        kind=kind_of(document, schema),
        required=bool(told.get("required")),
        text=str(told.get("description") or schema.get("description") or ""),
    )


def _body(document: Json, told: Json) -> list[Field]:
    for content in (_resolved(document, told).get("content") or {}).values():
        schema = _resolved(document, content.get("schema") or {})
        required = schema.get("required") or ()
        properties = schema.get("properties") or {}
        return [
            Field(name=name, where="body", kind=kind_of(document, one), required=name in required,
                  text=str(one.get("description") or ""))
            for name, one in properties.items()
        ]  # fmt: skip
    return []


def _content_kind(document: Json, answer: Json) -> str:
    for content in (_resolved(document, answer).get("content") or {}).values():
        return kind_of(document, content.get("schema") or {})
    return ""


def kind_of(document: Json, schema: Json) -> str:
    """Return in a word or two what a schema asks for."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(kind_of(document, one) for one in schema[key]))
    if schema.get("type") == "array":
        return f"list of {kind_of(document, schema.get('items') or {}) or 'anything'}"
    return str(schema.get("format") or schema.get("type") or "")


def _resolved(document: Json, told: Json) -> Json:
    """Return what a reference points to."""
    if "$ref" not in told:
        return told
    found: Any = document
    for part in str(told["$ref"]).removeprefix("#/").split("/"):
        found = found[part]
    return found if isinstance(found, Mapping) else {}
