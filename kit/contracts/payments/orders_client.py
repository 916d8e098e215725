"""How to call payments_service about orders; `.acting(token)` for whoever has an account."""

from collections.abc import AsyncIterator
from uuid import UUID

from kit.contracts.payments.order_stories import (
    AttemptDetail,
    AttemptQuery,
    Attempts,
    OrderQuery,
    Orders,
    OrderStory,
    ProviderChange,
    Providers,
    ProviderSeen,
    WebhookDetail,
    WebhookQuery,
    Webhooks,
)
from kit.contracts.payments.orders import (
    SECRET_HEADER,
    AttemptNew,
    Methods,
    Order,
    OrderMade,
    OrderNew,
)
from kit.listening import ListeningClient


class OrdersClient(ListeningClient):
    """`secret`: of an order that was made without an account."""

    SERVICE = "payments_service"

    async def make_order(self, new: OrderNew, key: str) -> OrderMade:
        """Make an order; with the same key, the same one however often."""
        return await self.post("/orders", new, OrderMade, key=key)

    async def order(self, order_id: UUID, secret: str = "") -> Order:
        answer = await self.send("GET", f"/orders/{order_id}", headers=_shown(secret))
        return Order.model_validate_json(answer.content)

    async def my_orders(self, cursor: str | None = None, limit: int = 50) -> Orders:
        return await self.get("/my-orders", Orders, cursor=cursor, limit=limit)

    async def pay(self, order_id: UUID, new: AttemptNew, key: str, secret: str = "") -> Order:
        """Begin to pay; the newest of `attempts` says how it goes on."""
        path = f"/orders/{order_id}/attempts"
        answer = await self.send("POST", path, new, key=key, headers=_shown(secret))
        return Order.model_validate_json(answer.content)

    async def look(self, order_id: UUID, secret: str = "") -> Order:
        """Have the provider asked now, and return the order as it is then."""
        path = f"/orders/{order_id}/looks"
        answer = await self.send("POST", path, headers=_shown(secret))
        return Order.model_validate_json(answer.content)

    async def cancel_order(self, order_id: UUID, secret: str = "") -> Order:
        path = f"/orders/{order_id}/cancellation"
        answer = await self.send("POST", path, headers=_shown(secret))
        return Order.model_validate_json(answer.content)

    def order_stream(self, order_id: UUID, secret: str = "") -> AsyncIterator[bytes]:
        """Yield server-sent events to be passed on as they are: `event: order`, an Order."""
        return self.listen(f"/orders/{order_id}/stream", _shown(secret))

    async def methods(
        self, amount: int, currency: str, country: str | None = None, phone: str | None = None
    ) -> Methods:
        return await self.get(
            "/methods", Methods, amount=amount, currency=currency, country=country, phone=phone
        )

    # What staff do.

    async def orders(
        self, filters: OrderQuery | None = None, cursor: str | None = None, limit: int = 50
    ) -> Orders:
        chosen = dict(filters or OrderQuery())
        return await self.get("/orders", Orders, **chosen, cursor=cursor, limit=limit)

    async def order_story(self, order_id: UUID) -> OrderStory:
        return await self.get(f"/orders/{order_id}/story", OrderStory)

    async def attempts(
        self, filters: AttemptQuery | None = None, cursor: str | None = None, limit: int = 50
    ) -> Attempts:
        chosen = dict(filters or AttemptQuery())
        return await self.get("/attempts", Attempts, **chosen, cursor=cursor, limit=limit)

    async def check_attempt(self, attempt_id: UUID) -> AttemptDetail:
        """Have the provider asked about this attempt now."""
        return await self.post(f"/attempts/{attempt_id}/checks", None, AttemptDetail)

    async def webhooks(
        self, filters: WebhookQuery | None = None, cursor: str | None = None, limit: int = 50
    ) -> Webhooks:
        chosen = dict(filters or WebhookQuery())
        return await self.get("/webhooks", Webhooks, **chosen, cursor=cursor, limit=limit)

    async def webhook(self, webhook_id: UUID) -> WebhookDetail:
        return await self.get(f"/webhooks/{webhook_id}", WebhookDetail)

    async def replay_webhook(self, webhook_id: UUID) -> WebhookDetail:
        return await self.post(f"/webhooks/{webhook_id}/replays", None, WebhookDetail)

    async def providers(self) -> Providers:
        return await self.get("/providers", Providers)

    async def change_provider(self, name: str, change: ProviderChange) -> ProviderSeen:
        return await self.patch(f"/providers/{name}", change, ProviderSeen)


def _shown(secret: str) -> dict[str, str]:
    return {SECRET_HEADER: secret} if secret else {}
