"""Films that were taken back, given again: as new, since their old tokens are revoked for good."""

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.contracts.payments.shop import GrantState
from kit.contracts.tokens import TokensClient
from payments_service.actions.films import access, granting
from payments_service.actions.films.granting import Giving, Window
from payments_service.actions.tools import Tools
from payments_service.models.orders import Order
from payments_service.models.shop import Grant
from payments_service.queries import shop as queries


async def give_again(session: AsyncSession, tools: Tools, order: Order) -> list[Grant]:
    """Give what an order gave and was taken back, each once a turn; return what was given now.

    What was over by itself stays over; what they have bought anew meanwhile is theirs by that.
    """
    newest = {
        grant.film_id: grant
        for grant in await queries.grants_of_order_for_update(session, order.id)
    }
    given = []
    for grant in newest.values():
        if not _is_taken(grant):
            continue
        found = await granting.give(session, tools, _giving(order, grant))
        if found is not None and found.account_id is None:  # nobody but the code tells who it is
            access.note(found, await access.opened(tools.client(TokensClient), found))
        given += [found] if found is not None else []
    await session.flush()
    await granting.follow_now(session, given)
    return given


def _is_taken(grant: Grant) -> bool:
    is_ended = grant.state == GrantState.ended and grant.ended_at is not None
    if not is_ended or grant.refunded_at is None or grant.ended_at is None:
        return False
    return grant.expires_at is None or grant.expires_at > grant.ended_at


def _giving(order: Order, grant: Grant) -> Giving:
    """Return it anew; a rental's time begins again. A code is minted once for a key and moment."""
    at = clock.now()
    window = None
    if grant.finish_within_hours is not None:
        window = Window(int(order.details["days"]), grant.finish_within_hours)
    moment = f":{at.timestamp()}" if grant.account_id is None else ""
    return Giving(
        account_id=grant.account_id,
        film_id=grant.film_id,
        title=grant.title,
        key=f"order:{order.id}:{grant.film_id}:{order.turn}{moment}",
        window=window,
        order_id=order.id,
        bundle_id=grant.bundle_id,
        at=at,
    )
