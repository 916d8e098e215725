"""The portal, put together: `uvicorn --factory public_interface.app:create_app`."""

from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI

from kit.client import ServiceClient
from kit.contracts.accounts import AccountsClient
from kit.contracts.accounts.profiles import InChildProfile
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.errors import NotForThisAge
from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.earnings_client import EarningsClient
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.papers_client import PapersClient
from kit.contracts.payments.payouts_client import PayoutsClient
from kit.contracts.payments.promotions_client import PromotionsClient
from kit.contracts.payments.refunds_client import RefundsClient
from kit.contracts.payments.shop_client import ShopClient
from kit.contracts.payments.subscriptions_client import SubscriptionsClient
from kit.contracts.payments.vouchers_client import VouchersClient
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.tokens import TokensClient
from kit.errors import Unauthenticated
from kit.site.app import build_site
from kit.site.session import KeepSession, NotSignedIn, SessionCookies, once_more
from public_interface.pages import (
    browse,
    children,
    code,
    film,
    home,
    images,
    makers,
    push_worker,
    robots,
    series,
    unsubscribe,
    watch,
)
from public_interface.pages.account import (
    acting,
    codes,
    confirm,
    factors,
    links,
    mailed,
    notices,
    places,
    privacy,
    profile,
    providers,
    second_factor,
    security,
    sign_in,
    sign_up,
    viewers,
    wishes,
)
from public_interface.pages.account.frame import ask_to_sign_in
from public_interface.pages.money import (
    buying,
    earnings,
    history,
    means,
    order,
    plans,
    refunds,
    returns,
    sheet,
    subscription,
    wallet,
    watching,
)
from public_interface.settings import Settings

PAGES = (home, browse, film, series, code, watch, makers, images, robots, push_worker)
ACCOUNT = (
    sign_in, second_factor, sign_up, mailed, links, acting, providers,
    confirm, security, factors, profile, codes, wishes, places, notices, viewers, privacy,
    buying, history, order, means, refunds, wallet, returns, plans, subscription, earnings,
    sheet,
)  # fmt: skip
PAYMENTS: tuple[type[ServiceClient], ...] = (
    OrdersClient, CoinsClient, ShopClient, SubscriptionsClient, PromotionsClient, VouchersClient,
    PapersClient, EarningsClient, PayoutsClient, RefundsClient,
)  # fmt: skip
MEGABYTE = 1024 * 1024
VENDOR = {
    "vendor/hls.mjs": "hls.js/dist/hls.min.mjs",
    "vendor/hls.worker.js": "hls.js/dist/hls.worker.js",
}


def create_app(settings: Settings | None = None, *clients: ServiceClient) -> FastAPI:
    settings = settings or Settings()
    app = build_site(
        settings,
        *(page.router for page in PAGES),
        _account(),
        folder=Path(__file__).parent,
        clients=clients or _clients(settings),
        vendor=VENDOR,
        origins=(settings.bunny_cdn_url,),
        open_routers=(providers.answers, unsubscribe.router),
        body_limits={"/account/avatar": 11 * MEGABYTE},
    )
    app.state.pictures = images.Kept(settings.image_cache_bytes)
    app.state.said = watching.Said()
    app.state.session = SessionCookies("account_access", "account_refresh", settings.is_secure)
    app.state.site.sign_in = "/sign-in"
    app.state.site.account_cookie = app.state.session.refresh
    app.add_exception_handler(NotSignedIn, ask_to_sign_in)
    app.add_exception_handler(Unauthenticated, once_more)
    app.add_exception_handler(NotForThisAge, children.too_young)
    app.add_exception_handler(InChildProfile, children.in_child_profile)
    app.add_middleware(KeepSession, cookies=app.state.session)
    return app


def _account() -> APIRouter:
    """Return everything about accounts and money, closed to the profiles of children."""
    router = APIRouter(dependencies=[Depends(children.grown_up)])
    for page in ACCOUNT:
        router.include_router(page.router)
    return router


def _clients(settings: Settings) -> tuple[ServiceClient, ...]:
    return (
        CatalogClient.at(settings, settings.catalog_url),
        TokensClient.at(settings, settings.tokens_url),
        AccountsClient.at(settings, settings.accounts_url),
        PublisherClient.at(settings, settings.publisher_url),
        *(kind.at(settings, settings.payments_url) for kind in PAYMENTS),
    )
