"""Cursors, settings, errors, log lines, limits."""

import logging

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from kit import log
from kit.db import async_url, plain_url
from kit.errors import AppError, NotFound, TooMany
from kit.limits import Limiter
from kit.pages import BadCursor, decode_cursor, encode_cursor
from publisher_service.settings import Settings as PublisherSettings
from tests.kit.hello import Settings


@given(st.lists(st.one_of(st.text(), st.integers(-(2**53), 2**53), st.none(), st.booleans())))
def test_a_cursor_gives_back_what_went_in(values: list[str | int | None]) -> None:
    assert decode_cursor(encode_cursor(*values), len(values)) == values


@pytest.mark.parametrize("cursor", ["x", "é", "W10", "bm9uc2Vuc2U", "W3t9LDFd"])
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(cursor, 2)


def test_production_refuses_weak_secrets() -> None:
    with pytest.raises(ValidationError, match="suite_secret is weak"):
        Settings(environment="production")
    with pytest.raises(ValidationError, match="suite_secret is weak"):
        Settings(environment="production", suite_secret="x" * 23)
    assert Settings(environment="production", suite_secret="x" * 24).port == 0


def test_production_takes_the_secrets_of_others_as_they_are() -> None:
    class WithMail(Settings):
        smtp_password: SecretStr = SecretStr("")

    found = WithMail(
        environment="production", suite_secret="x" * 24, smtp_password="16 letters of it"
    )
    assert found.smtp_password.get_secret_value() == "16 letters of it"


def test_production_refuses_a_short_secret_that_we_chose() -> None:
    with pytest.raises(ValidationError, match="phone_report_secret is weak"):
        PublisherSettings(
            environment="production", suite_secret="x" * 24, phone_report_secret="short"
        )


def test_settings_come_from_their_own_and_the_shared_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELLO_PORT", "1234")
    monkeypatch.setenv("VALKEY_URL", "valkey://there:1/0")
    settings = Settings()
    assert (settings.port, settings.valkey_url) == (1234, "valkey://there:1/0")


def test_the_docstring_is_the_message() -> None:
    class CowNotFound(NotFound):
        """There is no
        such cow.
        """

    problem = CowNotFound(colour="brown").problem("r1")
    assert problem["detail"] == "There is no such cow."
    assert (problem["error"], problem["status"], problem["colour"]) == ("CowNotFound", 404, "brown")


def test_two_errors_cannot_share_a_name() -> None:
    with pytest.raises(TypeError, match="Two errors"):
        type("Gone", (AppError,), {"__module__": "elsewhere"})


@pytest.mark.parametrize(
    "url", ["postgres://a@h/d", "postgresql://a@h/d", "postgresql+asyncpg://a@h/d"]
)
def test_common_forms_of_a_database_url_are_understood(url: str) -> None:
    assert async_url(url) == "postgresql+asyncpg://a@h/d"
    assert plain_url(url) == "postgresql://a@h/d"


def test_another_database_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="is not PostgreSQL"):
        async_url("mysql://a@h/d")


def test_a_log_line_is_json_with_its_request() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 1, "job %s", ("done",), None)
    record.job_id = 7
    reset = log.request_id.set("request-1")
    line = orjson.loads(log.JsonLines().format(record))
    log.request_id.reset(reset)
    assert (line["event"], line["request_id"], line["job_id"]) == ("job done", "request-1", 7)


async def test_a_limit_is_shared_between_processes(valkey_url: str) -> None:
    one, other = Limiter(valkey_url, "test"), Limiter(valkey_url, "test")
    await one.hit("2/minute", "a")
    await other.hit("2/minute", "a")
    with pytest.raises(TooMany) as caught:
        await one.hit("2/minute", "a")
    assert 1 <= caught.value.extra["retry_after"] <= 120
    await one.hit("2/minute", "b")
    await one.close()
    await other.close()


async def test_a_limit_holds_while_valkey_is_away() -> None:
    limiter = Limiter("valkey://127.0.0.1:1/0", "test")
    await limiter.hit("1/minute", "a")
    with pytest.raises(TooMany):
        await limiter.hit("1/minute", "a")
    await limiter.close()
