"""Studios, and invitations to them and to roles."""

from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from accounts_service.models.people import Account
from kit.auth import Role, StudioRole
from kit.contracts.accounts import AccountsClient, OwnersOnly, SignedIn, SignIn, WeakPassword
from kit.contracts.accounts.identity import SignUp
from kit.contracts.accounts.studios import (
    InvitationAccount,
    InvitationForOther,
    InvitationKnown,
    InvitationMade,
    InvitationNew,
    InvitationSpent,
    InvitationState,
    LastProducer,
    MemberNotFound,
    Studio,
    StudioChange,
    StudioNew,
    StudioNotFound,
    StudioRoleMissing,
)
from kit.errors import Forbidden, Invalid, Unauthenticated
from tests.accounts_service.mails import Mails, token_in
from tests.factories.accounts import (
    PASSWORD,
    a_viewer,
    account_id,
    an_admin,
    an_owner,
    as_service,
    as_stranger,
    caller_of,
)


def acting(app: FastAPI, who: SignedIn) -> AccountsClient:
    return as_stranger(app).acting(who.access_token)


def token_of(made: InvitationMade) -> str:
    assert made.link is not None
    return made.link.rpartition("/")[2]


async def a_studio(app: FastAPI, producer: SignedIn, name: str = "Lagune Films") -> Studio:
    new = StudioNew(name=name, producer_id=account_id(producer))
    return await as_service(app).open_studio(new)


async def test_a_guest_becomes_someone_with_the_role_they_were_invited_to(app: FastAPI) -> None:
    owner = acting(app, await an_owner(app))
    made = await owner.invite(
        InvitationNew(email="bob@example.org", role=Role.moderator, by_hand=True)
    )
    seen = await as_stranger(app).look_at_invitation(token_of(made))
    assert (seen.email, seen.role, seen.has_account) == ("bob@example.org", "moderator", False)
    assert seen.inviter == "Dana Agbeko"
    new = InvitationAccount(token=token_of(made), name="Bob", password=PASSWORD)
    signed_in = await as_stranger(app).accept_as_new(new)
    assert signed_in.account.roles == ("moderator",)
    assert (await caller_of(app, signed_in)).roles == {"moderator"}
    again = await as_stranger(app).sign_in(SignIn(email="bob@example.org", password=PASSWORD))
    assert again.account.id == signed_in.account.id
    with pytest.raises(InvitationSpent):
        await as_stranger(app).accept_as_new(new)
    (accepted,) = (await owner.invitations(state=InvitationState.accepted)).items
    assert accepted.id == made.id


async def test_a_weak_password_leaves_the_invitation_open(app: FastAPI) -> None:
    made = await as_service(app).invite(InvitationNew(email="bob@example.org", by_hand=True))
    weak = InvitationAccount(token=token_of(made), name="Bob", password="password")
    with pytest.raises(WeakPassword):
        await as_stranger(app).accept_as_new(weak)
    assert (await as_stranger(app).look_at_invitation(token_of(made))).email == "bob@example.org"


async def test_somebody_known_accepts_signed_in_and_only_with_that_address(app: FastAPI) -> None:
    charlie = await a_viewer(app)
    bob = await a_viewer(app, "bob@example.org")
    new = InvitationNew(email="charlie@example.org", role=Role.filmmaker, by_hand=True)
    token = token_of(await as_service(app).invite(new))
    with pytest.raises(InvitationKnown):
        await as_stranger(app).accept_as_new(
            InvitationAccount(token=token, name="Eve", password=PASSWORD)
        )
    with pytest.raises(InvitationForOther):
        await acting(app, bob).accept_invitation(token)
    with pytest.raises(Unauthenticated):
        await as_stranger(app).accept_invitation(token)
    accepted = await acting(app, charlie).accept_invitation(token)
    assert accepted.roles == ("filmmaker",)


async def test_an_invitation_ends_when_withdrawn_or_replaced(app: FastAPI) -> None:
    suite, new = as_service(app), InvitationNew(email="bob@example.org", by_hand=True)
    first, second = await suite.invite(new), await suite.invite(new)
    with pytest.raises(InvitationSpent):
        await as_stranger(app).look_at_invitation(token_of(first))
    await suite.withdraw_invitation(second.id)
    with pytest.raises(InvitationSpent):
        await as_stranger(app).look_at_invitation(token_of(second))
    assert (await suite.invitations()).items == []


async def test_an_invitation_expires(app: FastAPI) -> None:
    made = await as_service(app).invite(InvitationNew(email="bob@example.org", by_hand=True))
    async with app.state.database.sessions.begin() as session:
        await session.execute(text("UPDATE invitation SET expires_at = now()"))
    with pytest.raises(InvitationSpent):
        await as_stranger(app).look_at_invitation(token_of(made))
    (shown,) = (await as_service(app).invitations(state=InvitationState.expired)).items
    assert shown.id == made.id


async def test_an_invitation_is_mailed_with_a_link_that_nobody_else_sees(
    app: FastAPI, mails: Mails
) -> None:
    made = await as_service(app).invite(InvitationNew(email="bob@example.org", locale="en"))
    assert made.link is None
    notice = await mails.next("account.invited")
    assert (notice.email, notice.locale) == ("bob@example.org", "en")
    assert "/l/" not in notice.model_dump_json()
    seen = await as_stranger(app).look_at_invitation(token_in(notice))
    assert seen.email == "bob@example.org"


async def test_the_link_in_a_mail_proves_the_address_of_who_accepts(
    app: FastAPI, mails: Mails
) -> None:
    bob = await as_stranger(app).sign_up(
        SignUp(email="bob@example.org", name="Bob", password=PASSWORD)
    )
    await as_service(app).invite(InvitationNew(email="bob@example.org", role=Role.moderator))
    assert await is_verified(app, bob) is False
    token = await mails.next_token("account.invited")
    accepted = await acting(app, bob).accept_invitation(token)
    assert accepted.roles == ("moderator",)
    assert await is_verified(app, bob) is True


async def is_verified(app: FastAPI, who: SignedIn) -> bool:
    async with app.state.database.reads() as session:
        found = await session.get_one(Account, account_id(who))
        return found.email_verified_at is not None


async def test_a_producer_does_not_vouch_for_addresses(app: FastAPI) -> None:
    alice = await a_viewer(app, "alice@example.org")
    studio = await a_studio(app, alice)
    with pytest.raises(Forbidden):
        await acting(app, alice).invite(an_invitation(studio.id, by_hand=True))


async def test_nobody_invites_to_more_than_they_hold(app: FastAPI) -> None:
    await an_owner(app)
    bob, charlie = await an_admin(app), await a_viewer(app)
    with pytest.raises(OwnersOnly):
        await acting(app, bob).invite(InvitationNew(email="eve@example.org", role=Role.owner))
    with pytest.raises(Forbidden):
        await acting(app, charlie).invite(InvitationNew(email="eve@example.org"))


async def test_a_producer_runs_their_studio_and_no_other(app: FastAPI) -> None:
    alice, bob = await a_viewer(app, "alice@example.org"), await a_viewer(app, "bob@example.org")
    ours, theirs = await a_studio(app, alice), await a_studio(app, bob, "Autre Rive")
    producer = acting(app, alice)
    assert (await producer.my_studios()).items[0].role == StudioRole.producer
    changed = await producer.change_studio(ours.id, StudioChange(about="Films de la lagune"))
    assert (changed.name, changed.about) == ("Lagune Films", "Films de la lagune")
    for refused in (
        producer.studio(theirs.id),
        producer.members(theirs.id),
        producer.change_studio(theirs.id, StudioChange(name="À nous")),
        producer.set_member(theirs.id, account_id(bob), StudioRole.crew),
        producer.remove_member(theirs.id, account_id(bob)),
        producer.invitations(studio_id=theirs.id),
        producer.invite(an_invitation(theirs.id)),
    ):
        with pytest.raises(StudioNotFound):
            await refused
    with pytest.raises(Forbidden):
        await producer.invite(an_invitation(ours.id, role=Role.moderator))
    with pytest.raises(Forbidden):
        await producer.close_studio(ours.id)


def an_invitation(studio_id: UUID, **changes: object) -> InvitationNew:
    values = {
        "email": "charlie@example.org",
        "studio_id": studio_id,
        "studio_role": StudioRole.crew,
    }
    return InvitationNew.model_validate(values | changes)


async def test_a_member_joins_sees_the_others_and_leaves(app: FastAPI, mails: Mails) -> None:
    alice, charlie = await a_viewer(app, "alice@example.org"), await a_viewer(app)
    studio = await a_studio(app, alice)
    await acting(app, alice).invite(an_invitation(studio.id))
    member = acting(app, charlie)
    await member.accept_invitation(await mails.next_token("account.invited"))
    assert (await caller_of(app, await again(app, charlie))).studios == {str(studio.id): "crew"}
    assert {one.email for one in (await member.members(studio.id)).items} == {None}
    shown = (await acting(app, alice).members(studio.id)).items
    assert {one.email for one in shown} == {"alice@example.org", "charlie@example.org"}
    with pytest.raises(Forbidden):
        await member.change_studio(studio.id, StudioChange(name="À moi"))
    with pytest.raises(Forbidden):
        await member.remove_member(studio.id, account_id(alice))
    await member.remove_member(studio.id, account_id(charlie))
    with pytest.raises(StudioNotFound):
        await member.studio(studio.id)


async def test_a_studio_keeps_a_producer(app: FastAPI) -> None:
    alice, charlie = await a_viewer(app, "alice@example.org"), await a_viewer(app)
    studio = await a_studio(app, alice)
    producer = acting(app, alice)
    with pytest.raises(LastProducer):
        await producer.remove_member(studio.id, account_id(alice))
    with pytest.raises(LastProducer):
        await producer.set_member(studio.id, account_id(alice), StudioRole.crew)
    with pytest.raises(MemberNotFound):
        await producer.set_member(studio.id, account_id(charlie), StudioRole.producer)
    staff = acting(app, await an_owner(app))
    await staff.set_member(studio.id, account_id(charlie), StudioRole.producer)
    await producer.remove_member(studio.id, account_id(alice))
    assert (await staff.studio(studio.id)).members == 1


async def test_film_makers_open_studios_and_viewers_do_not(app: FastAPI) -> None:
    charlie = await a_viewer(app)
    with pytest.raises(Forbidden):
        await acting(app, charlie).open_studio(StudioNew(name="Rêve"))
    new = InvitationNew(email="charlie@example.org", role=Role.filmmaker, by_hand=True)
    await acting(app, charlie).accept_invitation(token_of(await as_service(app).invite(new)))
    film_maker = await again(app, charlie)
    opened = await acting(app, film_maker).open_studio(StudioNew(name="Rêve"))
    assert opened.members == 1
    assert (await as_service(app).studios_of(account_id(charlie))).items[0].studio_id == opened.id


async def test_a_token_names_few_studios_and_sends_who_has_many_to_ask(app: FastAPI) -> None:
    alice = await a_viewer(app, "alice@example.org")
    for number in range(8):
        await a_studio(app, alice, f"Studio {number}")
    found = (await caller_of(app, await again(app, alice))).studios
    assert found is not None
    assert len(found) == 8
    await a_studio(app, alice, "Studio de trop")
    assert (await caller_of(app, await again(app, alice))).studios is None


async def test_studios_are_listed_for_staff_a_page_at_a_time(app: FastAPI) -> None:
    alice = await a_viewer(app, "alice@example.org")
    made = [await a_studio(app, alice, f"Studio {number}") for number in range(3)]
    staff = acting(app, await an_owner(app))
    first = await staff.studios(limit=2)
    rest = await staff.studios(limit=2, cursor=first.next_cursor)
    assert [one.id for one in first.items + rest.items] == [one.id for one in reversed(made)]
    assert [one.name for one in (await staff.studios(q="dio 1")).items] == ["Studio 1"]
    with pytest.raises(Forbidden):
        await acting(app, alice).studios()
    await staff.close_studio(made[0].id)
    assert len((await staff.studios()).items) == 2


async def test_a_studio_and_a_role_in_it_belong_together(app: FastAPI) -> None:
    with pytest.raises((StudioRoleMissing, Invalid)):
        await as_service(app).invite(
            InvitationNew(email="bob@example.org", studio_role=StudioRole.crew)
        )


async def again(app: FastAPI, who: SignedIn) -> SignedIn:
    """Return the next pair of tokens, with what is true now."""
    return await as_stranger(app).refresh(who.refresh_token)
