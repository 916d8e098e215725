"""Handling webhooks: each only wakes us, and what counts is what the provider says when asked."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.contracts.payments.orders import WebhookState
from kit.jobs import Later, enqueue
from payments_service.actions.orders import checking
from payments_service.actions.orders.settling import Settled
from payments_service.actions.tools import Tools
from payments_service.models.orders import Attempt, Webhook
from payments_service.providers.provider import Hook, is_proven
from payments_service.queries import inbox, orders

# A webhook can be here before the answer that tells us the provider's own reference.
PATIENCE, PAUSE_SECONDS = timedelta(minutes=2), 3.0


async def handle(tools: Tools, webhook_id: UUID) -> None:
    """Handle one webhook. Raise Trouble when the provider cannot be asked now, or Later."""
    async with tools.database.reads() as session:
        webhook = await inbox.webhook(session, webhook_id)
        attempt = await _attempt(session, webhook.provider, _hook(webhook))
    if webhook.state == WebhookState.handled:
        return
    if attempt is None:
        attempt = await _traced(tools, webhook)
    if attempt is None:
        await _wait(tools, webhook)
        return
    if not is_proven(_hook(webhook), attempt.secrets):
        await _ignore(tools, webhook, "it does not show the secret of this payment")
        return

    async def mark(session: AsyncSession, settled: Settled) -> None:
        await end(session, webhook_id, WebhookState.handled, settled.outcome)

    await checking.look(tools, attempt.id, mark, webhook.provider_ref)


async def end(session: AsyncSession, webhook_id: UUID, state: WebhookState, outcome: str) -> None:
    """Write what became of a webhook."""
    webhook = await inbox.webhook(session, webhook_id, lock=True)
    webhook.state = state
    webhook.outcome = outcome[:500]
    webhook.handled_at = now()


async def replay(session: AsyncSession, webhook_id: UUID) -> Webhook:
    """Have a webhook handled once more: it asks the provider again, and can pay nothing twice."""
    webhook = await inbox.webhook(session, webhook_id, lock=True)
    webhook.state = WebhookState.waiting
    webhook.handled_at = None
    await session.flush()
    # No key: the run that handled it may not have ended yet.
    await enqueue(session, "handle_webhook", {"webhook_id": str(webhook.id)})
    return webhook


async def _traced(tools: Tools, webhook: Webhook) -> Attempt | None:
    """Return the attempt that only the provider can name."""
    hook = await tools.provider(webhook.provider).trace(_hook(webhook))
    async with tools.database.reads() as session:
        return await _attempt(session, webhook.provider, hook)


async def _attempt(session: AsyncSession, provider: str, hook: Hook) -> Attempt | None:
    """Return the attempt a webhook is about: by our id, else by the provider's reference."""
    if hook.attempt_id is not None:
        found = await orders.attempt(session, hook.attempt_id)
        if found is not None and found.provider == provider:
            return found
    return await orders.attempt_of_ref(session, provider, hook.provider_ref)


async def _wait(tools: Tools, webhook: Webhook) -> None:
    """Wait for a moment; then it is about nothing of ours."""
    if now() < webhook.received_at + PATIENCE and (webhook.provider_ref or webhook.attempt_id):
        raise Later(PAUSE_SECONDS)
    await _ignore(tools, webhook, "about no payment of ours")


async def _ignore(tools: Tools, webhook: Webhook, why: str) -> None:
    async with tools.database.sessions.begin() as session:
        await end(session, webhook.id, WebhookState.ignored, why)


def _hook(webhook: Webhook) -> Hook:
    return Hook(
        webhook.dedupe_key, webhook.kind, webhook.provider_ref, webhook.attempt_id, webhook.shows
    )
