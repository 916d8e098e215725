"""Mails as bytes: whatever is said comes out again, in lines that every server passes on."""

from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import clock
from kit.db import new_id
from publisher_service.rules.letters import Letter, headers, sender_of

SENDER = sender_of("no-reply@example.org", "Karangou")
LINES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=300)
TEXTS = st.text(
    st.one_of(st.sampled_from(" .=_-\t\r\nF"), st.characters(exclude_categories=["Cs"]))
)


def a_mail(subject: str = "Bonjour", text: str = "", html: str = "", **more: Any) -> bytes:
    key = new_id()
    given: dict[str, Any] = {"key": key, "at": clock.now(), "locale": "fr"}
    found = headers(SENDER, "awa@example.org", subject, **given | more)
    return Letter(key, found, text, html).as_bytes()


def read(mail: bytes) -> EmailMessage:
    return message_from_bytes(mail, policy=default)


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, however they are ended."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


@given(text=TEXTS, html=TEXTS)
def test_both_parts_come_out_as_they_were_put_in(text, html):
    found = read(a_mail(text=text, html=html))
    for kind, said in (("plain", text), ("html", html)):
        part = found.get_body((kind,))
        assert part is not None
        got = part.get_payload(decode=True)
        assert isinstance(got, bytes)
        assert lines_of(got.decode()) == lines_of(said)
    assert not found.defects


@given(subject=LINES, text=TEXTS)
def test_lines_are_short_and_ascii(subject, text):
    mail = a_mail(subject, text)
    assert mail.isascii()
    assert max(map(len, mail.split(b"\r\n"))) <= 78
    assert b"\n" not in mail.replace(b"\r\n", b"")
    assert b"\r" not in mail.replace(b"\r\n", b"")


@pytest.mark.parametrize("subject", ["Votre compte a été suspendu", "Sira " * 40, "🎬 " * 30, "a"])
def test_a_subject_comes_out_as_it_was_put_in(subject):
    assert str(read(a_mail(subject))["Subject"]).strip() == subject.strip()


def test_an_unsubscribe_link_of_any_length_stays_whole():
    url = "https://example.org/unsubscribe/" + "a" * 700
    found = read(a_mail(one_click_url=url))
    assert found["List-Unsubscribe"].strip() == f"<{url}>"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("subject", ["one\r\nBcc: all@example.org", "one\ntwo", "nul\0"])
def test_nobody_adds_a_header_with_a_line_of_their_own(subject):
    with pytest.raises(ValueError, match="Subject"):
        a_mail(subject)


def test_a_sender_may_have_a_name_of_any_alphabet():
    sender = Address("Ciné, Côte", addr_spec="cine@example.org")
    key = new_id()
    found = headers(sender, "awa@example.org", "a", key=key, at=clock.now(), locale="fr")
    mail = read(Letter(key, found, "", "").as_bytes())
    assert mail["From"].addresses == (sender,)
    assert found["From"] == '"Ciné, Côte" <cine@example.org>'
