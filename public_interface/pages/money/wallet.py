"""The wallet: coins, packs to buy, what became of them, gifts, and cards turned into coins."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from kit import clock
from kit.contracts.payments.coins import GiftNew, Movement, MovementKind, PackOffer, Wallet
from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.vouchers_client import VouchersClient
from kit.errors import AppError
from kit.i18n import COIN, Language, mark
from kit.schema import Schema
from kit.site.filled import filled
from kit.site.session import acting, address
from public_interface import rules
from public_interface.forms import CodePaymentForm, GiftForm
from public_interface.pages import cards
from public_interface.pages.account.frame import back, words
from public_interface.pages.account.sayings import said
from public_interface.pages.money.buying import country_of
from public_interface.pages.money.returns import LinkView, Shop, links
from public_interface.pages.money.till import new_key, not_too_often, show

router = APIRouter()
Coins = Annotated[CoinsClient, acting(CoinsClient)]
Vouchers = Annotated[VouchersClient, acting(VouchersClient)]
HERE = "/account/wallet"
MOVED = {
    MovementKind.bought: mark("Pièces achetées"),
    MovementKind.bonus: mark("Pièces offertes"),
    MovementKind.spent: mark("Dépensées"),
    MovementKind.refunded: mark("Rendues"),
    MovementKind.gift_sent: mark("Cadeau envoyé"),
    MovementKind.gift_received: mark("Cadeau reçu"),
    MovementKind.expired: mark("Expirées"),
    MovementKind.taken_back: mark("Reprises"),
    MovementKind.other: mark("Mouvement"),
}
# What codes that became coins are called in the books.
TITLES = {"voucher": mark("d’un bon"), "gift_card": mark("d’une carte cadeau")}


class PackView(Schema):
    """`bonus` says what comes on top; `saving` what is taken off."""

    id: str
    name: str
    coins: int
    bonus: str
    price: str
    list_price: str
    saving: str
    until: str
    is_best: bool


class MoveView(Schema):
    """`receipt_href` leads to the order; `giving_back`, to a film that coins opened."""

    words: str
    title: str
    amount: str
    is_in: bool
    balance: str
    at: str
    receipt_href: str
    spend_id: UUID
    giving_back: LinkView | None = None


class WalletView(Schema):
    balance: int
    granted: int
    expiring: str
    is_low: bool
    packs: list[PackView]
    moves: list[MoveView]
    next_href: str
    first_href: str
    key: str
    values: dict[str, str]
    errors: dict[str, str]
    next: str
    """The page to go back to once coins are bought."""


@router.get(HERE)
async def wallet(
    request: Request,
    coins: Coins,
    shop: Shop,
    cursor: str = "",
    next: str = "",  # noqa: A002  (the address's word)
    code: str = "",
) -> Response:
    """Show what there is; `code`: of the voucher or gift card that was scanned."""
    view = await _view(request, coins, cursor, next)
    values = {**view.values, "code": code[:100]}
    films = links((await shop.grants(limit=100)).items, clock.now(), words(request))
    moves = [
        each.model_copy(update={"giving_back": films.get(each.spend_id)}) for each in view.moves
    ]
    changed = view.model_copy(update={"values": values, "moves": moves})
    return show(request, "wallet", changed)


@router.post(f"{HERE}/gifts")
async def give(request: Request, coins: Coins) -> Response:
    say = words(request)
    typed = await filled(request, GiftForm, say)
    errors = typed.errors
    if typed.form is not None:
        form = typed.form
        new = GiftNew(amount=form.amount, email=form.email, message=form.message)
        try:
            await coins.give(new, form.key)
            given = say.money(form.amount, COIN)
            text = mark("Votre cadeau est parti : %(coins)s pour %(email)s.")
            return back(request, HERE, text, coins=given, email=form.email)
        except AppError as error:
            field = "amount" if type(error).__name__ == "NotEnoughCoins" else "email"
            errors = {field: said(error, say)}
    return await _again(request, coins, typed.values, errors)


@router.post(f"{HERE}/codes")
async def redeem(request: Request, coins: Coins, vouchers: Vouchers) -> Response:
    """Turn a gift card or voucher into coins."""
    say = words(request)
    typed = await filled(request, CodePaymentForm, say)
    errors = typed.errors
    if typed.form is not None:
        try:
            await not_too_often(request, "code")
            got = await vouchers.redeem(
                typed.form.code, typed.form.key, viewer_address=address(request)
            )
            count = say.plural("%(num)s pièce", "%(num)s pièces", got.coins)
            return back(request, HERE, mark("%(coins)s sont dans votre portefeuille."), coins=count)
        except AppError as error:
            errors = {"code": said(error, say)}
    return await _again(request, coins, typed.values, errors)


async def _again(
    request: Request, coins: CoinsClient, values: dict[str, str], errors: dict[str, str]
) -> Response:
    view = await _view(request, coins)
    kept = {name: str(values.get(name, "")) for name in ("email", "amount", "message", "code")}
    return show(request, "wallet", view.model_copy(update={"errors": errors, "values": kept}), 422)


async def _view(
    request: Request, coins: CoinsClient, cursor: str = "", goal: str = ""
) -> WalletView:
    say = words(request)
    found = await coins.wallet()
    offers = (await coins.pack_offers(country_of(request) or "")).items
    moves = await coins.movements(cursor or None, limit=20)
    best = max(offers, key=_worth, default=None) if len(offers) > 1 else None
    return WalletView(
        balance=found.balance,
        granted=found.granted,
        expiring=_expiring(found, say),
        is_low=found.is_low and found.balance > 0,
        packs=[_pack(offer, say, is_best=offer is best) for offer in offers],
        moves=[_move(each, say) for each in moves.items],
        next_href=f"{HERE}?cursor={moves.next_cursor}" if moves.next_cursor else "",
        first_href=HERE if cursor else "",
        key=new_key(),
        values=dict.fromkeys(("email", "amount", "message", "code"), ""),
        errors={},
        next=rules.safe_path(goal),
    )


def _worth(offer: PackOffer) -> float:
    """Return how many coins come for one unit of money."""
    return (offer.coins + offer.bonus) / max(offer.amount, 1)


def _pack(offer: PackOffer, say: Language, *, is_best: bool) -> PackView:
    bonus = ""
    if offer.bonus:
        bonus = say.plural("+ %(num)s offerte", "+ %(num)s offertes", offer.bonus)
    if offer.is_first:
        bonus += " · " + say("premier achat")
    is_less = offer.amount < offer.list_amount
    return PackView(
        id=str(offer.id),
        name=cards.either(offer.name_fr, offer.name_en, say),
        coins=offer.coins,
        bonus=bonus,
        price=say.money(offer.amount, offer.currency),
        list_price=say.money(offer.list_amount, offer.currency) if is_less else "",
        saving=f"−{offer.discount_percent}\N{NO-BREAK SPACE}%" if is_less else "",
        until=say("jusqu’au %(day)s", day=say.day(offer.until)) if offer.until else "",
        is_best=is_best,
    )


def _move(each: Movement, say: Language) -> MoveView:
    what, _, number = each.source.partition("/")
    sign = "+" if each.amount > 0 else "−"
    return MoveView(
        words=say(MOVED[each.kind]),
        title=say(TITLES[each.title]) if each.title in TITLES else each.title,
        amount=f"{sign}\N{NARROW NO-BREAK SPACE}{say.number(abs(each.amount))}",
        is_in=each.amount > 0,
        balance=say.number(each.balance),
        at=say.moment(each.at),
        receipt_href=f"/orders/{number}" if what == "order" and number else "",
        spend_id=each.id,
    )


def _expiring(found: Wallet, say: Language) -> str:
    if not found.expiring:
        return ""
    soonest = found.expiring[0]
    return say(
        "%(coins)s expirent le %(day)s",
        coins=say.plural("%(num)s pièce offerte", "%(num)s pièces offertes", soonest.amount),
        day=say.day(soonest.expires_at),
    )
