"""What payments are told of watching: that a film was begun, and that a view counts.

Each is said once by a process for a viewer, a film and a day; payments count it once in any case.
"""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from fastapi import Request

from kit import clock
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.payments.earnings import ViewNew
from kit.contracts.payments.earnings_client import EarningsClient
from kit.contracts.payments.shop import FilmStart
from kit.contracts.payments.shop_client import ShopClient
from kit.errors import AppError, TooMany
from kit.limits import Limiter
from public_interface import rules
from public_interface.pages.visitor import Visitor

COUNTED_SECONDS = 30
SHORTEST = 8
MOST_CODES = 20
MOST_KEPT = 20_000
VIEWS = "100/day"  # of one film from one address: behind it may be a whole school
logger = logging.getLogger(__name__)


class Said:
    """What was said already, the latest of it."""

    def __init__(self) -> None:
        self.known: OrderedDict[tuple[str, ...], None] = OrderedDict()

    def is_new(self, *what: str) -> bool:
        is_new = what not in self.known
        self.known[what] = None
        if len(self.known) > MOST_KEPT:
            self.known.popitem(last=False)
        return is_new

    def forget(self, *what: str) -> None:
        self.known.pop(what, None)


async def watched(
    request: Request, catalog: CatalogClient, visitor: Visitor, slug: str, seconds: float
) -> None:
    """Tell that a film is begun; and, from half a minute on, that this was a view."""
    said: Said = request.app.state.said
    person, today = visitor.person, clock.now().date().isoformat()
    viewer = person.id if person else visitor.device
    if person is not None or visitor.carried:
        started = ("start", viewer, slug, *visitor.carried)
        await _tell(said, started, lambda: _start(request, catalog, slug, visitor))
    if seconds >= COUNTED_SECONDS and len(viewer) >= SHORTEST:
        viewed = ("view", viewer, slug, today)
        await _tell(said, viewed, lambda: _count(request, catalog, slug, viewer))


async def _tell(said: Said, what: tuple[str, ...], telling: Callable[[], Awaitable[None]]) -> None:
    if not said.is_new(*what):
        return
    try:
        await telling()
    except TooMany:
        return
    except AppError as error:  # said again with the next grant
        said.forget(*what)
        logger.warning("payments not told", extra={"what": what[0], "error": type(error).__name__})


async def _start(request: Request, catalog: CatalogClient, slug: str, visitor: Visitor) -> None:
    """Tell it of what their account has, and of the codes that open it: nothing is given back."""
    film = await catalog.film(slug)
    if film.access_level != "ppv":
        return
    shop: ShopClient = request.app.state.clients[ShopClient]
    if visitor.person is not None:
        await shop.acting(visitor.person.token).start_film(film.id)
    opening = [each for each in await visitor.holdings() if rules.may_watch(film, each)]
    began = FilmStart(
        token_ids=[each.token_id for each in opening if each.token_id][:MOST_CODES],
        account_ids=[each.account_id for each in opening if each.account_id][:MOST_CODES],
    )
    if began.token_ids or began.account_ids:
        await shop.start_by_codes(film.id, began)


async def _count(request: Request, catalog: CatalogClient, slug: str, viewer: str) -> None:
    """Count a view. An address may add so many a day: devices cost nothing to invent."""
    film = await catalog.film(slug)
    limiter: Limiter = request.app.state.limiter
    await limiter.hit(VIEWS, "view", request.client.host if request.client else "", str(film.id))
    earnings: EarningsClient = request.app.state.clients[EarningsClient]
    await earnings.count_view(ViewNew(film_id=film.id, viewer=viewer))
