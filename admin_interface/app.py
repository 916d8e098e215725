"""admin_interface, put together: `uvicorn --factory admin_interface.app:create_app`."""

from pathlib import Path

from fastapi import FastAPI

from admin_interface.pages import (
    audit,
    films,
    invitations,
    jobs,
    library,
    merging,
    notices,
    overview,
    passkeys,
    patterns,
    people,
    programs,
    second_factor,
    security,
    shelves,
    sign_in,
    studios,
    templates,
    tokens,
    uploads,
)
from admin_interface.pages.money import (
    ledger,
    ledger_deeds,
    orders,
    payouts,
    providers,
    refunds,
    revenue,
    shop,
    vouchers,
)
from admin_interface.pages.social import accounts, calendar, compose, media, publications
from admin_interface.pages.staff import EnrolFirst, ask_to_enrol, ask_to_sign_in
from admin_interface.rules import parts
from admin_interface.settings import Settings
from kit.client import ServiceClient
from kit.contracts.accounts import AccountsClient
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.gateway import GatewayClient
from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.earnings_client import EarningsClient
from kit.contracts.payments.ledger_client import LedgerClient
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.payouts_client import PayoutsClient
from kit.contracts.payments.promotions_client import PromotionsClient
from kit.contracts.payments.refunds_client import RefundsClient
from kit.contracts.payments.revenue import RevenueClient
from kit.contracts.payments.shop_client import ShopClient
from kit.contracts.payments.subscriptions_client import SubscriptionsClient
from kit.contracts.payments.vouchers_client import VouchersClient
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.tokens import TokensClient
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.errors import Unauthenticated
from kit.site.app import build_site
from kit.site.session import KeepSession, NotSignedIn, SessionCookies, once_more

PAYMENTS: tuple[type[ServiceClient], ...] = (
    CoinsClient,
    EarningsClient,
    LedgerClient,
    OrdersClient,
    PayoutsClient,
    PromotionsClient,
    RefundsClient,
    RevenueClient,
    ShopClient,
    SubscriptionsClient,
    VouchersClient,
)
MEGABYTE = 1024 * 1024
PAGES = (
    overview,
    sign_in,
    second_factor,
    films,
    uploads,
    shelves,
    library,
    jobs,
    tokens,
    invitations,
    people,
    merging,
    studios,
    programs,
    audit,
    notices,
    templates,
    publications,
    compose,
    media,
    accounts,
    calendar,
    revenue,
    orders,
    refunds,
    shop,
    vouchers,
    payouts,
    providers,
    ledger_deeds,  # before the addresses of accounts and movements
    ledger,
    security,
    passkeys,
    patterns,
)


def create_app(settings: Settings | None = None, *clients: ServiceClient) -> FastAPI:
    settings = settings or Settings()
    app = build_site(
        settings,
        *(page.router for page in PAGES),
        folder=Path(__file__).parent,
        clients=clients or _clients(settings),
        vendor={"vendor/tus.js": "tus-js-client/dist/tus.min.js"},
        origins=(settings.bunny_tus_url, settings.bunny_cdn_url),
        body_limits={
            "/films": 25 * MEGABYTE,
            "/series": 25 * MEGABYTE,
            "/import": 20 * MEGABYTE,
            "/social/new": 12 * MEGABYTE,
        },
    )
    app.state.session = SessionCookies("admin_access", "admin_refresh", settings.is_secure)
    app.state.site.sign_in = "/sign-in"
    for environment in app.state.site.environments.values():
        environment.globals["needed"] = parts.needed
    app.add_exception_handler(NotSignedIn, ask_to_sign_in)
    app.add_exception_handler(Unauthenticated, once_more)
    app.add_exception_handler(EnrolFirst, ask_to_enrol)
    app.add_middleware(KeepSession, cookies=app.state.session)
    return app


def _clients(settings: Settings) -> tuple[ServiceClient, ...]:
    key = settings.bunny_api_key.get_secret_value()
    return (
        AccountsClient.at(settings, settings.accounts_url),
        CatalogClient.at(settings, settings.catalog_url),
        GatewayClient.at(settings, settings.gateway_url),
        PublisherClient.at(settings, settings.publisher_url),
        TokensClient.at(settings, settings.tokens_url),
        *(kind.at(settings, settings.payments_url) for kind in PAYMENTS),
        VideoLibraryClient.of(settings.bunny_api_url, settings.bunny_library_id, key),
    )
