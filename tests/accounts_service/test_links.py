"""Links in mails that sign in, reset a password, or change an address."""

import pytest
from fastapi import FastAPI
from sqlalchemy import update

from accounts_service.models.factors import SessionProof
from accounts_service.models.identity import MailLink
from accounts_service.models.people import Account
from kit.contracts.accounts import (
    PasswordChange,
    SessionEnded,
    SignedIn,
    SignIn,
    WeakPassword,
    WrongCredentials,
)
from kit.contracts.accounts.factors import ConfirmationNeeded
from kit.contracts.accounts.identity import (
    EmailChange,
    LinkKind,
    LinkNew,
    LinkSpent,
    LinkUse,
    PasswordMissing,
    SignUp,
)
from tests.accounts_service.mails import Mails, token_in
from tests.factories.accounts import PASSWORD, a_viewer, as_stranger, set_back

CHARLIE = "charlie@example.org"
NEW = "une autre pirogue bleue"


async def asked(app: FastAPI, mails: Mails, kind: LinkKind, email: str = CHARLIE) -> str:
    """Have a link mailed, and return its token."""
    assert kind in {LinkKind.sign_in, LinkKind.password_reset}
    await as_stranger(app).ask_link(LinkNew.model_validate({"email": email, "kind": kind}))
    names = {LinkKind.sign_in: "account.sign_in_link"}
    notice = await mails.next(names.get(kind, "account.password_reset"))
    assert notice.email == email
    return token_in(notice)


async def used(app: FastAPI, token: str, password: str | None = None) -> SignedIn:
    answer = await as_stranger(app).use_link(LinkUse(token=token, password=password))
    assert answer.signed_in is not None
    return answer.signed_in


async def test_a_link_signs_in_without_a_password(app: FastAPI, mails: Mails) -> None:
    viewer = await a_viewer(app)
    token = await asked(app, mails, LinkKind.sign_in)
    opened = await used(app, token)
    assert opened.account.id == viewer.account.id
    await as_stranger(app).acting(opened.access_token).me()
    with pytest.raises(LinkSpent):
        await used(app, token)


async def test_nobody_gets_a_mail_for_an_address_without_account(
    app: FastAPI, mails: Mails
) -> None:
    await as_stranger(app).ask_link(LinkNew(email="nobody@example.org", kind=LinkKind.sign_in))
    await a_viewer(app)
    await asked(app, mails, LinkKind.sign_in)
    assert mails.told == []


async def test_who_is_suspended_gets_no_link_and_cannot_use_one(app: FastAPI, mails: Mails) -> None:
    await a_viewer(app)
    token = await asked(app, mails, LinkKind.sign_in)
    async with app.state.database.sessions.begin() as session:
        await session.execute(update(Account).values(state="suspended"))
    with pytest.raises(LinkSpent):
        await used(app, token)
    await as_stranger(app).ask_link(LinkNew(email=CHARLIE, kind=LinkKind.sign_in))
    await a_viewer(app, "bob@example.org")
    await asked(app, mails, LinkKind.sign_in, "bob@example.org")
    assert mails.told == []


async def test_a_reset_sets_the_password_ends_all_sessions_and_is_told(
    app: FastAPI, mails: Mails
) -> None:
    before = await a_viewer(app)
    token = await asked(app, mails, LinkKind.password_reset)
    opened = await used(app, token, NEW)
    with pytest.raises(SessionEnded):
        await as_stranger(app).acting(before.access_token).me()
    with pytest.raises(WrongCredentials):
        await as_stranger(app).sign_in(SignIn(email=CHARLIE, password=PASSWORD))
    await as_stranger(app).sign_in(SignIn(email=CHARLIE, password=NEW))
    told = await mails.next("account.password_changed")
    assert told.account_id == opened.account.id
    assert set(told.values) == {"name", "at", "device", "place"}


async def test_a_password_changed_is_told(app: FastAPI, mails: Mails) -> None:
    viewer = await a_viewer(app)
    me = as_stranger(app).acting(viewer.access_token)
    await me.change_password(PasswordChange(current=PASSWORD, new=NEW))
    assert (await mails.next("account.password_changed")).account_id == viewer.account.id


async def test_a_reset_spends_every_other_link(app: FastAPI, mails: Mails) -> None:
    await a_viewer(app)
    other = await asked(app, mails, LinkKind.sign_in)
    await used(app, await asked(app, mails, LinkKind.password_reset), NEW)
    with pytest.raises(LinkSpent):
        await used(app, other)


async def test_a_reset_without_a_good_password_leaves_the_link_as_it_was(
    app: FastAPI, mails: Mails
) -> None:
    await a_viewer(app)
    token = await asked(app, mails, LinkKind.password_reset)
    with pytest.raises(PasswordMissing):
        await used(app, token)
    with pytest.raises(WeakPassword):
        await used(app, token, "charlie1234")
    await used(app, token, NEW)


async def test_a_sign_in_link_is_spent_after_a_quarter_of_an_hour(
    app: FastAPI, mails: Mails
) -> None:
    await a_viewer(app)
    token = await asked(app, mails, LinkKind.sign_in)
    await set_back(app, MailLink.expires_at, days=15 / 60 / 24)
    with pytest.raises(LinkSpent):
        await used(app, token)


async def test_who_comes_by_mail_shuts_out_who_signed_up_with_their_address(
    app: FastAPI, mails: Mails
) -> None:
    """Nobody prepares an account for somebody else and is still in it later."""
    thief = await as_stranger(app).sign_up(
        SignUp(email="eve@example.org", password=PASSWORD, name="Eve")
    )
    opened = await used(app, await asked(app, mails, LinkKind.sign_in, "eve@example.org"))
    assert opened.account.email_verified_at is not None
    with pytest.raises(SessionEnded):
        await as_stranger(app).acting(thief.access_token).me()
    with pytest.raises(WrongCredentials):
        await as_stranger(app).sign_in(SignIn(email="eve@example.org", password=PASSWORD))


async def test_a_changed_address_counts_once_its_mail_is_read_and_the_old_one_is_told(
    app: FastAPI, mails: Mails
) -> None:
    viewer = await a_viewer(app)
    me = as_stranger(app).acting(viewer.access_token)
    await me.change_email(EmailChange(email="new@example.org"))
    asked_for = await mails.next("account.email_change")
    assert (asked_for.email, (await me.me()).email) == ("new@example.org", CHARLIE)
    answer = await as_stranger(app).use_link(LinkUse(token=token_in(asked_for)))
    assert (answer.kind, answer.signed_in) == (LinkKind.email_change, None)
    assert (await me.me()).email == "new@example.org"
    told = await mails.next("account.email_changed")
    assert (told.email, told.values["new"]) == (CHARLIE, "new@example.org")


async def test_an_address_of_somebody_else_is_asked_for_like_any_and_never_given(
    app: FastAPI, mails: Mails
) -> None:
    viewer = await a_viewer(app)
    bob = await a_viewer(app, "bob@example.org")
    me = as_stranger(app).acting(viewer.access_token)
    await me.change_email(EmailChange(email="bob@example.org"))
    assert (await mails.next("account.exists")).account_id == bob.account.id
    assert (await me.me()).email == CHARLIE


async def test_an_address_taken_meanwhile_is_not_given_twice(app: FastAPI, mails: Mails) -> None:
    viewer = await a_viewer(app)
    me = as_stranger(app).acting(viewer.access_token)
    await me.change_email(EmailChange(email="new@example.org"))
    token = token_in(await mails.next("account.email_change"))
    await a_viewer(app, "new@example.org")
    with pytest.raises(LinkSpent):
        await as_stranger(app).use_link(LinkUse(token=token))
    assert (await me.me()).email == CHARLIE


async def test_changing_the_address_asks_who_it_is_when_the_session_is_not_fresh(
    app: FastAPI,
) -> None:
    viewer = await a_viewer(app)
    await set_back(app, SessionProof.confirmed_at, days=1)
    me = as_stranger(app).acting(viewer.access_token)
    with pytest.raises(ConfirmationNeeded):
        await me.change_email(EmailChange(email="new@example.org"))
