"""What the demo sells for test money: packs of coins, a plan by month and year, a film."""

from dataclasses import dataclass
from uuid import UUID

from kit.client import ServiceClient
from kit.contracts.payments.coins import PackNew
from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.shop import FilmTermsNew
from kit.contracts.payments.shop_client import ShopClient
from kit.contracts.payments.subscriptions import Interval, PlanNew
from kit.contracts.payments.subscriptions_client import SubscriptionsClient
from suite.people import Settings

PACKS = (
    PackNew(name_fr="De quoi commencer", name_en="A start", coins=100, amount=500, position=1),
    PackNew(
        name_fr="Soirées cinéma", name_en="Film nights", coins=450, bonus_coins=50, amount=2000,
        first_coins=20, position=2,
    ),
)  # fmt: skip
PLANS = (
    PlanNew(
        title="VIP au mois", title_en="VIP monthly", interval=Interval.month, amount=2500,
        trial_days=7, position=1,
    ),
    PlanNew(
        title="VIP à l’année", title_en="VIP yearly", interval=Interval.year, amount=25_000,
        position=2,
    ),
)  # fmt: skip
TERMS = FilmTermsNew(coins=100, rental_coins=50, rental_amount=250, rental_currency="XOF")


@dataclass(frozen=True)
class Till:
    """Whom the shop is told to."""

    coins: CoinsClient
    plans: SubscriptionsClient
    films: ShopClient

    @classmethod
    def at(cls, settings: Settings, url: str) -> "Till":
        return cls(
            CoinsClient.at(settings, url),
            SubscriptionsClient.at(settings, url),
            ShopClient.at(settings, url),
        )

    async def close(self) -> None:
        clients: tuple[ServiceClient, ...] = (self.coins, self.plans, self.films)
        for client in clients:
            await client.close()


async def open_shop(till: Till, film_id: UUID) -> None:
    """Put up for sale what is not for sale yet; what somebody changed meanwhile stays changed."""
    packs = {pack.name_fr for pack in (await till.coins.packs()).items}
    for pack in PACKS:
        if pack.name_fr not in packs:
            await till.coins.make_pack(pack)
    plans = {plan.title for plan in (await till.plans.plans(everything=True)).items}
    for plan in PLANS:
        if plan.title not in plans:
            await till.plans.make_plan(plan)
    if film_id not in {terms.film_id for terms in (await till.films.all_film_terms()).items}:
        await till.films.set_film_terms(film_id, TERMS)
