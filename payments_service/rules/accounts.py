"""The chart of accounts: every account of the ledger by its code, `kind:name:…:CURRENCY`."""

from dataclasses import dataclass
from uuid import UUID

from payments_service.models.ledger import Guard, Kind

COIN = "COIN"  # the unit of coins; one coin is one minor unit, there is nothing smaller


AT_PROVIDER = "asset:provider:"


@dataclass(frozen=True, slots=True)
class Account:
    code: str
    kind: Kind
    currency: str
    guard: Guard = Guard.none


def at_provider(provider: str, currency: str) -> Account:
    """Money that a provider holds for us until it pays it out to our bank."""
    return _account(Kind.asset, f"provider:{provider}", currency)


def provider_of(code: str) -> str:
    """Return whose account this is: `fedapay` of `asset:provider:fedapay:XOF`."""
    return code.removeprefix(AT_PROVIDER).rpartition(":")[0]


def bank(currency: str) -> Account:
    return _account(Kind.asset, "bank", currency)


def agents(currency: str) -> Account:
    """Cash that agents took for vouchers and owe us."""
    return _account(Kind.asset, "agents", currency)


def bought_coins(account_id: UUID) -> Account:
    return _account(Kind.liability, f"wallet:{account_id}:bought", COIN, Guard.no_debit)


def granted_coins(account_id: UUID) -> Account:
    """Coins that were given (bonus, gift of the house): spent first, and they may expire."""
    return _account(Kind.liability, f"wallet:{account_id}:granted", COIN, Guard.no_debit)


def coins_issued() -> Account:
    """Return the other side of all coins there are."""
    return _account(Kind.equity, "coins:issued", COIN)


def coins_owed(currency: str) -> Account:
    """Money taken for coins that are not spent yet: it becomes income when they are."""
    return _account(Kind.liability, "coins", currency, Guard.no_debit)


def gift_cards(currency: str) -> Account:
    """Money taken for gift cards that nobody has used yet."""
    return _account(Kind.liability, "gift_cards", currency, Guard.no_debit)


def returning(currency: str) -> Account:
    """Money of coins and gift cards that are out of use, while their refund is on its way."""
    return _account(Kind.liability, "returning", currency, Guard.no_debit)


def vouchers(currency: str) -> Account:
    """Money taken for vouchers that nobody has redeemed yet."""
    return _account(Kind.liability, "vouchers", currency, Guard.no_debit)


def subscription_credit(currency: str) -> Account:
    """Money of subscribers that their next payments take into account: it is paid, not used."""
    return _account(Kind.liability, "subscription_credit", currency, Guard.no_debit)


def unmatched(currency: str) -> Account:
    """Money that came for nothing open: a second payment, another amount. It goes back."""
    return _account(Kind.liability, "unmatched", currency, Guard.no_debit)


def tax(currency: str) -> Account:
    """Tax we took and owe the state."""
    return _account(Kind.liability, "tax", currency)


def maker(account_id: UUID, currency: str) -> Account:
    """Return what a film-maker has earned and was not paid yet."""
    return _account(Kind.liability, f"maker:{account_id}", currency, Guard.no_debit)


def payouts(currency: str) -> Account:
    """Payouts that are under way: out of the film-maker's account, not yet with them."""
    return _account(Kind.liability, "payouts", currency, Guard.no_debit)


def disputed(currency: str) -> Account:
    """Money taken back by a card's bank while a dispute is open."""
    return _account(Kind.asset, "disputed", currency)


def income(what: str, currency: str) -> Account:
    """Return an income: films, rentals, bundles, subscriptions, coins, expired_…."""
    return _account(Kind.income, what, currency)


def expense(what: str, currency: str) -> Account:
    """Return an expense: makers, fees:<provider>, refunds, disputes, goodwill, exchange."""
    return _account(Kind.expense, what, currency)


def rounding(currency: str) -> Account:
    return _account(Kind.equity, "rounding", currency)


def _account(kind: Kind, name: str, currency: str, guard: Guard = Guard.none) -> Account:
    return Account(f"{kind}:{name}:{currency}", kind, currency, guard)
