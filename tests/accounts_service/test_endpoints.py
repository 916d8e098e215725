"""The ladder: anonymous, stranger, admin; and what each door answers."""

from fastapi import FastAPI

from kit.contracts.accounts import SignIn
from tests.factories.accounts import PASSWORD, an_owner, as_stranger


async def test_the_first_owner_is_made_by_a_link_and_signs_in(app: FastAPI) -> None:
    made = await an_owner(app)
    assert made.account.roles == ("owner",)
    again = await as_stranger(app).sign_in(SignIn(email="DANA@example.org", password=PASSWORD))
    me = await as_stranger(app).acting(again.access_token).me()
    assert me.id == made.account.id
