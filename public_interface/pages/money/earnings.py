"""The film-maker's space: what was earned, by film and by day; statements; where and when paid."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from kit.contracts.catalog.client import CatalogClient
from kit.contracts.payments.earnings import DayEarning, FilmEarning, Statement
from kit.contracts.payments.earnings_client import EarningsClient
from kit.contracts.payments.errors import PayoutAccountMissing
from kit.contracts.payments.payouts import (
    PayoutAccount,
    PayoutAccountNew,
    PayoutNew,
)
from kit.contracts.payments.payouts_client import PayoutsClient
from kit.errors import AppError
from kit.i18n import Language, mark
from kit.schema import Schema
from kit.site.choices import choices
from kit.site.filled import filled
from kit.site.session import acting
from public_interface.forms import PayoutAccountForm, PayoutForm
from public_interface.pages.account.deeds import done
from public_interface.pages.account.frame import back, words
from public_interface.pages.account.sayings import said
from public_interface.pages.home import Catalog
from public_interface.pages.money import ways
from public_interface.pages.money.charts import ChartView, chart
from public_interface.pages.money.means import pdf
from public_interface.pages.money.order_view import calling_codes
from public_interface.pages.money.payout_line import PayoutLine, payout_line
from public_interface.pages.money.till import new_key, show

router = APIRouter()
Mine = Annotated[EarningsClient, acting(EarningsClient)]
Payouts = Annotated[PayoutsClient, acting(PayoutsClient)]
HERE = "/account/earnings"
FLAGS = {
    "name": mark("Le nom du titulaire n’est pas celui de votre compte : nous vérifions."),
    "duplicate": mark("Quelqu’un d’autre est payé à ce numéro : nous vérifions."),
    "holder": mark(
        "L’opérateur ne connaît pas ce numéro à ce nom : nous regardons avant de verser."
    ),
}
PLACE = {
    "WrongPhone": mark(
        "Ce n’est pas un numéro qui peut recevoir de l’argent. Choisissez son pays, ou écrivez +…"
    ),
    "MethodUnavailable": mark("Cet opérateur ne verse pas dans ce pays. Prenez-en un autre."),
}
OPERATORS = ("mixx", "moov", "mtn", "celtiis", "orange", "wave", "free", "airtel", "expresso")


class FilmLine(Schema):
    film_id: str
    title: str
    views: str
    sales: str
    amount: str


class StatementLine(Schema):
    month: str
    href: str
    opening: str
    earned: str
    paid: str
    closing: str


class AccountView(Schema):
    method: str
    phone: str
    holder: str
    check: str
    warnings: list[str]


class EarningsView(Schema):
    """`may_ask`: enough is available and there is somewhere to pay it."""

    available: str
    balance: str
    maturing: str
    paid: str
    hold: str
    minimum: str
    may_ask: bool
    chart: ChartView | None
    films: list[FilmLine]
    statements: list[StatementLine]
    payouts: list[PayoutLine]
    account: AccountView | None
    values: dict[str, str]
    errors: dict[str, str]
    countries: list[tuple[str, str]]
    methods: list[tuple[str, str]]
    key: str


@router.get(HERE)
async def earnings(request: Request, mine: Mine, payouts: Payouts, catalog: Catalog) -> Response:
    return show(request, "earnings", await _view(request, mine, payouts, catalog))


@router.get(HERE + "/statements/{statement_id}.pdf")
async def statement(request: Request, statement_id: UUID, mine: Mine) -> Response:
    language = choices(request).language
    body = await mine.statement_pdf(statement_id, "en" if language == "en" else "fr")
    return pdf(body, str(statement_id))


@router.post(f"{HERE}/account")
async def set_account(request: Request, mine: Mine, payouts: Payouts, catalog: Catalog) -> Response:
    say = words(request)
    typed = await filled(request, PayoutAccountForm, say)
    errors = typed.errors
    if typed.form is not None:
        new = PayoutAccountNew.model_validate(typed.form.model_dump())
        try:
            await payouts.set_payout_account(new)
            return back(request, HERE, mark("C’est là que vous serez payé."))
        except AppError as error:
            errors = _wrong(error, say)
    view = await _view(request, mine, payouts, catalog)
    names = ("phone", "country", "method", "holder_name")
    kept = {name: str(typed.values.get(name, "")) for name in names}
    changed = view.model_copy(update={"errors": errors, "values": kept})
    return show(request, "earnings", changed, 422)


@router.post(f"{HERE}/payouts")
async def ask(request: Request, payouts: Payouts) -> Response:
    typed = await filled(request, PayoutForm, words(request))
    if typed.form is None:
        return back(request, HERE, next(iter(typed.errors.values()), ""), "danger")
    asking = payouts.request_payout(PayoutNew(amount=typed.form.amount), typed.form.key)
    text = mark("Votre demande est partie. Nous vous écrirons quand l’argent est versé.")
    return await done(request, asking, HERE, text)


@router.post(HERE + "/payouts/{payout_id}/withdrawal")
async def withdraw(request: Request, payout_id: UUID, payouts: Payouts) -> Response:
    text = mark("La demande est reprise : l’argent est de nouveau disponible.")
    return await done(request, payouts.withdraw_payout(payout_id), HERE, text)


async def _view(
    request: Request, mine: EarningsClient, payouts: PayoutsClient, catalog: CatalogClient
) -> EarningsView:
    say = words(request)
    found = await mine.my_earnings()
    statements = (await mine.my_statements(limit=24)).items
    sent = (await payouts.my_payouts(limit=20)).items
    account = await _account(payouts)
    is_enough = found.available_amount >= max(found.minimum_amount, 1)
    days = found.hold_days
    return EarningsView(
        available=say.money(found.available_amount, found.currency),
        balance=say.money(found.balance_amount, found.currency),
        maturing=say.money(found.maturing_amount, found.currency),
        paid=say.money(found.paid_amount, found.currency),
        hold=say.plural("%(num)s jour", "%(num)s jours", days) if days else "",
        minimum=say.money(found.minimum_amount, found.currency),
        may_ask=is_enough and account is not None,
        chart=_chart(found.days, found.currency, say),
        films=[await _named(_film(each, found.currency, say), catalog) for each in found.films],
        statements=[_statement(each, say) for each in statements],
        payouts=[payout_line(each, say) for each in sent],
        account=_shown(account, say) if account else None,
        values=_typed(request, account),
        errors={},
        countries=calling_codes(say),
        methods=[(name, ways.MARKS[name].words) for name in OPERATORS],
        key=new_key(),
    )


def _wrong(error: AppError, say: Language) -> dict[str, str]:
    """Say of the number that is to be paid what is wrong with it, beside its field."""
    name = type(error).__name__
    field = "method" if name == "MethodUnavailable" else "phone"
    return {field: say(PLACE[name]) if name in PLACE else said(error, say)}


async def _account(payouts: PayoutsClient) -> PayoutAccount | None:
    try:
        return await payouts.my_payout_account()
    except PayoutAccountMissing:
        return None


def _typed(request: Request, account: PayoutAccount | None) -> dict[str, str]:
    if account is None:
        country = request.app.state.settings.country
        return {"phone": "", "country": country, "method": OPERATORS[0], "holder_name": ""}
    return {
        "phone": "",
        "country": account.country,
        "method": account.method,
        "holder_name": account.holder_name,
    }


def _shown(account: PayoutAccount, say: Language) -> AccountView:
    flags = [] if account.checked_by else account.flags
    return AccountView(
        method=say(ways.mark_of(account.method).words),
        phone=account.phone,
        holder=account.holder_name,
        check="confirmed" if account.checked_by else account.holder_check,
        warnings=[say(FLAGS[flag]) for flag in flags],
    )


def _chart(days: Sequence[DayEarning], currency: str, say: Language) -> ChartView | None:
    if not any(each.amount for each in days):
        return None
    return chart(
        [(_short(each.day), each.amount, _said(each, currency, say)) for each in days],
        say("Revenus des 30 derniers jours"),
        lambda amount: say.money(amount, currency),
    )


def _short(day: date) -> str:
    return f"{day.day}/{day.month}"


def _said(each: DayEarning, currency: str, say: Language) -> str:
    views = say.plural("%(num)s vue", "%(num)s vues", each.views_count)
    return f"{say.day(each.day)} : {say.money(each.amount, currency)}, {views}"


async def _named(each: FilmLine, catalog: CatalogClient) -> FilmLine:
    """Return the line with its film's title, where whoever named the makers did not write it."""
    if each.title:
        return each
    try:
        return each.model_copy(update={"title": (await catalog.film(each.film_id)).title})
    except AppError:
        return each.model_copy(update={"title": each.film_id})


def _film(each: FilmEarning, currency: str, say: Language) -> FilmLine:
    return FilmLine(
        film_id=str(each.film_id),
        title=each.film_title,
        views=say.number(each.views_count),
        sales=say.number(each.sales_count),
        amount=say.money(each.views_amount + each.sales_amount, currency),
    )


def _statement(each: Statement, say: Language) -> StatementLine:
    return StatementLine(
        month=say.month(each.month),
        href=f"{HERE}/statements/{each.id}.pdf",
        opening=say.money(each.opening_amount, each.currency),
        earned=say.money(each.views_amount + each.sales_amount, each.currency),
        paid=say.money(each.paid_amount - each.returned_amount, each.currency),
        closing=say.money(each.closing_amount, each.currency),
    )
