"""Signing up, and showing that an address is one's own."""

from dataclasses import replace

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from typing_extensions import override

from accounts_service.actions.signing_up import forget_unverified
from accounts_service.models.identity import MailLink
from accounts_service.models.people import Account, UserSession
from accounts_service.models.profiles import Deletion
from accounts_service.providers.argon2 import Passwords
from accounts_service.rules.links import MOST_PER_HOUR
from kit.contracts.accounts import SignedIn, SignIn, WeakPassword, WrongCredentials
from kit.contracts.accounts.identity import LinkKind, LinkSpent, LinkUse, SignUp
from tests.accounts_service.mails import Mails, secrets_of
from tests.factories.accounts import PASSWORD, a_viewer, as_service, as_stranger, set_back

EVE = "eve@example.org"


async def sign_up(app: FastAPI, email: str = EVE, password: str | None = PASSWORD) -> SignedIn:
    new = SignUp(email=email, password=password, name="Eve", locale="en")
    return await as_stranger(app).sign_up(new)


async def count(app: FastAPI, kind: type[Account | MailLink]) -> int:
    async with app.state.database.sessions() as session:
        found: int = (await session.scalars(select(func.count()).select_from(kind))).one()
        return found


async def test_who_signs_up_is_signed_in_at_once_and_not_yet_verified(app: FastAPI) -> None:
    made = await sign_up(app)
    me = await as_stranger(app).acting(made.access_token).me()
    assert (me.email, me.name, me.roles, me.email_verified_at) == (EVE, "Eve", (), None)


async def test_the_button_in_the_mail_verifies_the_address(app: FastAPI, mails: Mails) -> None:
    made = await sign_up(app)
    notice = await mails.next("account.verify_email")
    assert (notice.email, notice.locale, notice.values) == (EVE, "en", {"name": "Eve", "hours": 48})
    token = secrets_of(notice)["link"].removeprefix("http://127.0.0.1:5062/l/")
    seen = await as_stranger(app).look_at_link(token)
    assert (seen.kind, seen.email, seen.name) == (LinkKind.verify_email, EVE, "Eve")
    used = await as_stranger(app).use_link(LinkUse(token=token))
    assert (used.kind, used.signed_in) == (LinkKind.verify_email, None)
    me = await as_stranger(app).acting(made.access_token).me()
    assert me.email_verified_at is not None


async def test_looking_at_a_link_uses_nothing_up_and_using_it_does(
    app: FastAPI, mails: Mails
) -> None:
    await sign_up(app)
    token = await mails.next_token("account.verify_email")
    for _ in range(3):
        await as_stranger(app).look_at_link(token)
    await as_stranger(app).use_link(LinkUse(token=token))
    with pytest.raises(LinkSpent):
        await as_stranger(app).use_link(LinkUse(token=token))
    with pytest.raises(LinkSpent):
        await as_stranger(app).look_at_link(token)


async def test_a_link_that_nobody_made_is_spent(app: FastAPI) -> None:
    with pytest.raises(LinkSpent):
        await as_stranger(app).look_at_link("nonsense")


async def test_the_token_of_a_link_is_nowhere_in_the_database(app: FastAPI, mails: Mails) -> None:
    await sign_up(app)
    notice = await mails.next("account.verify_email")
    token = secrets_of(notice)["link"].rpartition("/")[2]
    assert token not in notice.model_dump_json()
    async with app.state.database.sessions() as session:
        stored = (await session.scalars(select(MailLink.token_hash))).one()
    assert token not in stored


async def test_an_address_that_has_an_account_is_answered_alike_and_its_owner_told(
    app: FastAPI, mails: Mails
) -> None:
    owner = await a_viewer(app, EVE)
    stranger = await sign_up(app, password="une autre pirogue bleue")
    assert stranger.account.id != owner.account.id
    told = await mails.next("account.exists")
    assert told.account_id == owner.account.id
    assert told.sealed is None
    again = await as_stranger(app).sign_in(SignIn(email=EVE, password="une autre pirogue bleue"))
    assert again.account.id == stranger.account.id
    mine = await as_stranger(app).sign_in(SignIn(email=EVE, password=PASSWORD))
    assert mine.account.id == owner.account.id


async def test_answers_for_known_and_unknown_addresses_have_the_same_shape(app: FastAPI) -> None:
    await a_viewer(app, EVE)
    known, unknown = await sign_up(app), await sign_up(app, "nobody@example.org")
    assert known.model_dump().keys() == unknown.model_dump().keys()
    differing = {"id", "email", "created_at", "last_sign_in_at"}
    first, second = known.account.model_dump(), unknown.account.model_dump()
    assert {name for name in first if first[name] != second[name]} == differing


async def test_who_verifies_first_keeps_the_address(app: FastAPI, mails: Mails) -> None:
    await sign_up(app)
    first = await mails.next_token("account.verify_email")
    await sign_up(app, password="une autre pirogue bleue")
    second = await mails.next_token("account.verify_email")
    await as_stranger(app).use_link(LinkUse(token=second))
    with pytest.raises(LinkSpent):
        await as_stranger(app).use_link(LinkUse(token=first))
    await as_stranger(app).sign_in(SignIn(email=EVE, password="une autre pirogue bleue"))


async def test_the_verification_can_be_sent_again_until_it_is_done(
    app: FastAPI, mails: Mails
) -> None:
    made = await sign_up(app)
    await mails.next("account.verify_email")
    me = as_stranger(app).acting(made.access_token)
    await me.ask_verification()
    token = await mails.next_token("account.verify_email")
    await as_stranger(app).use_link(LinkUse(token=token))
    await me.ask_verification()
    await sign_up(app, "last@example.org")
    assert (await mails.next("account.verify_email")).email == "last@example.org"


async def test_no_more_than_a_few_mails_go_to_one_address_in_an_hour(
    app: FastAPI, mails: Mails
) -> None:
    for _ in range(MOST_PER_HOUR + 2):
        await sign_up(app)
    await sign_up(app, "last@example.org")
    while (await mails.next("account.verify_email")).email != "last@example.org":
        pass
    assert await count(app, MailLink) == MOST_PER_HOUR + 1


async def test_without_a_password_nobody_gets_in_by_one(app: FastAPI) -> None:
    await sign_up(app, password=None)
    with pytest.raises(WrongCredentials):
        await as_stranger(app).sign_in(SignIn(email=EVE, password=PASSWORD))


async def test_a_weak_password_makes_no_account(app: FastAPI) -> None:
    with pytest.raises(WeakPassword):
        await sign_up(app, password="Password2023!")
    assert await count(app, Account) == 0


async def test_a_link_that_is_too_old_is_spent(app: FastAPI, mails: Mails) -> None:
    await sign_up(app)
    token = await mails.next_token("account.verify_email")
    await set_back(app, MailLink.expires_at, days=3)
    with pytest.raises(LinkSpent):
        await as_stranger(app).use_link(LinkUse(token=token))


async def test_an_unverified_address_is_no_contact(app: FastAPI, mails: Mails) -> None:
    made = await sign_up(app)
    token = await mails.next_token("account.verify_email")
    (before,) = (await as_service(app).contacts([made.account.id])).items
    await as_stranger(app).use_link(LinkUse(token=token))
    (after,) = (await as_service(app).contacts([made.account.id])).items
    assert (before.email, after.email) == (None, EVE)
    assert (after.name, after.locale, after.state) == ("Eve", "en", "active")


class Counted(Passwords):
    """Hashes passwords, and tells how many it was asked to."""

    hashes = 0

    @override
    def _take(self) -> None:
        self.hashes += 1
        super()._take()


@pytest.mark.parametrize("state", ["nobody", "owner", "claimant", "both"])
async def test_a_wrong_password_costs_as_many_hashes_whoever_exists(
    app: FastAPI, state: str
) -> None:
    if state in {"owner", "both"}:
        await a_viewer(app, EVE)
    if state in {"claimant", "both"}:
        await sign_up(app)
    counted = Counted(threads=1, waiting=1)
    app.state.tools = replace(app.state.tools, passwords=counted)
    with pytest.raises(WrongCredentials):
        await as_stranger(app).sign_in(SignIn(email=EVE, password="wrong"))
    counted.close()
    assert counted.hashes == 2


async def test_unverified_accounts_that_were_left_alone_are_to_be_deleted(app: FastAPI) -> None:
    left, used = await sign_up(app), await sign_up(app, "used@example.org")
    verified = await a_viewer(app)
    await set_back(app, Account.created_at, days=40)
    for column in (UserSession.created_at, UserSession.rotated_at):
        await set_back(app, column, days=40)
    await as_stranger(app).refresh(used.refresh_token)
    async with app.state.database.sessions.begin() as session:
        await forget_unverified(session, 30)
    async with app.state.database.sessions.begin() as session:
        await forget_unverified(session, 30)
        planned = (await session.scalars(select(Deletion.account_id))).all()
    assert planned == [left.account.id]
    assert verified.account.id not in planned
