"""The accounts we publish with: connected, tried, connected again when a network asks, let go."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from admin_interface.forms import checked
from admin_interface.pages.desk import back, show, words
from admin_interface.pages.social.sayings import Publisher, saying, trouble
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.social import (
    Network,
    SocialAccount,
    SocialAccountChange,
    SocialAccountNew,
)
from kit.contracts.publisher.social_errors import (
    CredentialsMissing,
    SocialAccountNotFound,
    SocialAccountUnchosen,
)
from kit.errors import AppError, NotFound
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
HERE = "/social/accounts"
PREFIX = "key."
Typed = dict[str, Any]


class UnknownNetwork(NotFound):
    """There is no such network."""


class AccountsView(Schema):
    networks: list[Network]
    accounts: list[SocialAccount]


class ConnectView(Schema):
    """`account`: the one to connect again, else a new one. `keys`: what is shown again of what was
    typed; secrets only where one of `choices` must be made with them.
    """

    network: Network
    account: SocialAccount | None
    name: str = ""
    keys: dict[str, str] = {}
    choices: list[dict[str, str]] = []
    errors: dict[str, str] = {}
    sentence: str = ""


@router.get("/social/accounts")
async def accounts(request: Request, publisher: Publisher) -> Response:
    view = AccountsView(
        networks=(await publisher.networks()).items,
        accounts=(await publisher.social_accounts()).items,
    )
    return show(request, "pages/social/accounts.html", view)


@router.get("/social/accounts/new/{network}")
async def connect_page(request: Request, network: str, publisher: Publisher) -> Response:
    view = ConnectView(network=await _network(publisher, network), account=None)
    return show(request, "pages/social/account.html", view)


@router.post("/social/accounts/new/{network}")
async def connect(request: Request, network: str, publisher: Publisher) -> Response:
    typed = dict(await request.form())
    found = await _network(publisher, network)
    try:
        new = {"network": network, "name": typed.get("name", ""), "credentials": _keys(typed)}
        made = await publisher.connect_account(checked(SocialAccountNew, new))
    except AppError as error:
        return _again(request, found, None, typed, error)
    return back(request, HERE, mark("Le compte « %(name)s » est relié."), name=made.name)


@router.get("/social/accounts/{account_id}")
async def account_page(request: Request, account_id: UUID, publisher: Publisher) -> Response:
    account = await _account(publisher, account_id)
    network = await _network(publisher, account.network.value)
    view = ConnectView(network=network, account=account, name=account.name)
    return show(request, "pages/social/account.html", view)


@router.post("/social/accounts/{account_id}")
async def change(request: Request, account_id: UUID, publisher: Publisher) -> Response:
    """Rename it, or connect it again."""
    typed = dict(await request.form())
    account = await _account(publisher, account_id)
    keys = _keys(typed)
    try:
        wish = {"name": typed.get("name", "")} | ({"credentials": keys} if keys else {})
        await publisher.change_account(account_id, checked(SocialAccountChange, wish))
    except AppError as error:
        network = await _network(publisher, account.network.value)
        return _again(request, network, account, typed, error)
    text = mark("Le compte est relié de nouveau.") if keys else mark("Le compte est renommé.")
    return back(request, HERE, text)


@router.post("/social/accounts/{account_id}/checks")
async def check(request: Request, account_id: UUID, publisher: Publisher) -> Response:
    """Ask its network whether it still takes what it was given."""
    try:
        found = await publisher.check_account(account_id)
    except AppError as error:
        return back(request, HERE, saying(request, error), "danger")
    if found.needs_reconnection:
        text = mark("« %(name)s » doit être relié de nouveau : son réseau refuse ses clés.")
        return back(request, HERE, text, "warning", name=found.name)
    return back(request, HERE, mark("« %(name)s » répond, tout va bien."), name=found.name)


@router.post("/social/accounts/{account_id}/removal")
async def disconnect(request: Request, account_id: UUID, publisher: Publisher) -> Response:
    try:
        await publisher.disconnect_account(account_id)
    except AppError as error:
        return back(request, HERE, saying(request, error), "danger")
    return back(request, HERE, mark("Le compte n’est plus relié."))


def _again(
    request: Request, network: Network, account: SocialAccount | None, typed: Typed, error: AppError
) -> Response:
    """Show the form again, with what is wrong beside it."""
    found = trouble(request, error)
    errors, sentence = found.errors, found.sentence
    if isinstance(error, CredentialsMissing):
        needed = words(request)(mark("Ce champ est nécessaire."))
        errors = {f"{PREFIX}{name}": needed for name in error.extra.get("missing", [])}
    is_choice = isinstance(error, SocialAccountUnchosen)
    secret = {each.name for each in network.credentials if each.is_secret}
    view = ConnectView(
        network=network,
        account=account,
        name=str(typed.get("name", "")),
        keys={name: value for name, value in _keys(typed).items()
              if is_choice or name not in secret},
        choices=error.extra.get("choices", []) if is_choice else [],
        errors=errors,
        sentence="" if errors else sentence,
    )  # fmt: skip
    return show(request, "pages/social/account.html", view, 422)


def _keys(typed: Typed) -> dict[str, str]:
    """Return what was typed into the fields of credentials; empty ones are left out."""
    return {
        name.removeprefix(PREFIX): str(value)
        for name, value in typed.items()
        if name.startswith(PREFIX) and str(value).strip()
    }


async def _network(publisher: PublisherClient, name: str) -> Network:
    found = [each for each in (await publisher.networks()).items if each.name == name]
    if not found:
        raise UnknownNetwork
    return found[0]


async def _account(publisher: PublisherClient, account_id: UUID) -> SocialAccount:
    found = [each for each in (await publisher.social_accounts()).items if each.id == account_id]
    if not found:
        raise SocialAccountNotFound
    return found[0]
