"""Two accounts of one person become one: found, looked at side by side, then joined."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from admin_interface.forms import checked
from admin_interface.pages.desk import back, show
from admin_interface.pages.refusals import refused
from admin_interface.pages.staff import acting
from kit.contracts.accounts import Account, AccountsClient
from kit.contracts.accounts.studios import MergeNew
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Accounts = Annotated[AccountsClient, acting(AccountsClient)]


class MergeView(Schema):
    """`others` are the accounts found by `q`, without the one that stays."""

    person: Account
    q: str
    others: list[Account]


@router.get("/people/{account_id}/merge")
async def merge_page(
    request: Request, account_id: UUID, accounts: Accounts, q: str = ""
) -> Response:
    person = await accounts.account(account_id)
    found = (await accounts.accounts(q.strip(), limit=20)).items if q.strip() else []
    others = [each for each in found if each.id != person.id]
    return show(request, "pages/merge.html", MergeView(person=person, q=q, others=others))


@router.post("/people/{account_id}/merge")
async def merge(request: Request, account_id: UUID, accounts: Accounts) -> Response:
    typed = dict(await request.form())
    here = f"/people/{account_id}"
    try:
        wish = checked(MergeNew, {name: typed.get(name) for name in ("from_id", "why")})
        await accounts.merge(account_id, wish.from_id, wish.why)
    except AppError as error:
        return refused(request, f"{here}/merge", error)
    return back(request, here, mark("Les deux comptes n’en font plus qu’un."))
