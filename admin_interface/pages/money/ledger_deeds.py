"""Correcting the books, and taking them away as tables."""

from uuid import UUID

import httpx
from fastapi import APIRouter, Request, Response

from admin_interface.forms import Mistyped, checked
from admin_interface.pages.desk import back, show, words
from admin_interface.pages.money.ledger import (
    HERE,
    Accounts,
    Ledger,
    checks_view,
    day_end,
    day_start,
    journal_view,
)
from admin_interface.pages.money.sayings import saying
from admin_interface.pages.money.typed import plain, values
from kit.contracts.payments.ledger import (
    AdjustmentNew,
    ExportForm,
    ExportQuery,
    ReversalNew,
    TableForm,
)
from kit.errors import AppError
from kit.i18n import mark

router = APIRouter()
SHORT = mark("Dites pourquoi en quelques mots : cela reste dans le journal.")


@router.post("/money/ledger/journals/{journal_id}/reversal")
async def reverse(
    request: Request, journal_id: UUID, ledger: Ledger, accounts: Accounts
) -> Response:
    """Undo a movement by its opposite."""
    typed = plain(await request.form())
    reason = typed.get("reason", "")
    try:
        made = await ledger.reverse(journal_id, checked(ReversalNew, {"reason": reason}))
    except Mistyped:
        errors = {"reason": words(request)(SHORT)}
        view = await journal_view(ledger, accounts, journal_id, reason=reason, errors=errors)
        return show(request, "pages/money/ledger_journal.html", view, 422)
    except AppError as error:
        return back(request, f"{HERE}/journals/{journal_id}", saying(request, error), "danger")
    said = mark("Le mouvement est annulé par son contraire.")
    return back(request, f"{HERE}/journals/{made.id}", said)


@router.post("/money/ledger/adjustments")
async def adjust(request: Request, ledger: Ledger) -> Response:
    """Book what a provider kept, or paid into the bank."""
    typed = plain(await request.form())
    try:
        made = await ledger.adjust(checked(AdjustmentNew, values(typed, amounts=("amount",))))
    except Mistyped as error:
        again = {"typed": typed, "errors": mistakes(request, error), "key": typed.get("key", "")}
        view = await checks_view(request, ledger, "", None, **again)
        return show(request, "pages/money/ledger_checks.html", view, 422)
    except AppError as error:
        return back(request, f"{HERE}/checks", saying(request, error), "danger")
    return back(request, f"{HERE}/journals/{made.id}", mark("Le mouvement est inscrit."))


@router.get("/money/ledger/exports/journals.{form}")
async def export_journals(
    form: ExportForm, ledger: Ledger, since: str = "", until: str = ""
) -> Response:
    query = ExportQuery(since=day_start(since), until=day_end(until))
    return _passed_on(await ledger.export_journals(form, query))


@router.get("/money/ledger/exports/trial-balance.{form}")
async def export_trial_balance(form: TableForm, ledger: Ledger, day: str = "") -> Response:
    return _passed_on(await ledger.export_trial_balance(form, day_end(day)))


@router.get("/money/ledger/exports/statement.{form}")
async def export_statement(form: TableForm, ledger: Ledger, code: str = "") -> Response:
    return _passed_on(await ledger.export_statement(form, code))


def mistakes(request: Request, error: Mistyped) -> dict[str, str]:
    """Return what is wrong with each field, in words."""
    say = words(request)
    return {name: say(text) for name, text in error.fields.items()}


def _passed_on(found: httpx.Response) -> Response:
    """Hand a table on as payments_service made it."""
    names = ("content-type", "content-disposition")
    headers = {name: found.headers[name] for name in names} | {"Cache-Control": "no-store"}
    return Response(found.content, headers=headers)
