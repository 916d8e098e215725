"""Spending coins over HTTP: what is asked most often here."""

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from kit.contracts.payments.coins import SpendNew
from kit.errors import Forbidden, Invalid
from kit.web import Router, caller_of, raw_json
from payments_service.actions.coins import gathered
from payments_service.actions.coins.spending import Asked
from payments_service.actions.orders.making import check_key
from payments_service.endpoints.people import account

router = Router()


async def spend(request: Request) -> Response:
    """Spend coins (`SpendNew`), once for an Idempotency-Key; answer 201 with the `Spend`.

    People spend their own, a service says whose. All that is asked for at one moment is written
    together. A plain route: a handler's dependencies would cost as much as the rest of it.
    """
    caller = await caller_of(request)
    new = _read(await request.body())
    if caller.kind == "service":
        owner = new.account_id
        if owner is None:
            raise Invalid("A service says whose coins are spent: send account_id.")
    else:
        owner = account(caller)
        if new.account_id not in {None, owner}:
            raise Forbidden("These are somebody else's coins.")
    key = request.headers.get("idempotency-key", "")
    check_key(key)
    asked = Asked(owner, key, new.amount, new.subject, new.title)
    spent = await gathered.of(request.app.state.tools).spend(asked)
    return raw_json(orjson.dumps(spent, default=str), 201)


router.add_route("/coins/spends", spend, methods=["POST"])


def _read(body: bytes) -> SpendNew:
    try:
        return SpendNew.model_validate_json(body)
    except ValidationError as error:
        found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(found) from error
