"""Everything payments_service reads from its environment."""

from typing import ClassVar, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from kit.settings import OURS, ServiceSettings, shared


class Settings(ServiceSettings):
    SERVICE: ClassVar[str] = "payments_service"
    model_config = SettingsConfigDict(env_prefix="PAYMENTS_")

    port: int = Field(5064, description="the port to listen on")
    currency: str = Field("XOF", description="the currency of prices that name none")
    public_url: str = Field(
        "http://127.0.0.1:5064",
        description="where providers and payers reach this service: webhooks, the sandbox's page",
    )
    rates: str = Field(
        "EUR=655.957",
        description="what one unit of other currencies costs in PAYMENTS_CURRENCY, as"
        " EUR=655.957,USD=610: providers that do not take it are paid in these",
    )
    order_minutes: int = Field(60, ge=1, description="an order waits so long to be paid")
    sandbox: bool | None = Field(
        None,
        description="whether test money pays; unset: while no other provider is configured,"
        " and never in production",
    )

    # Papers and tax.
    seller_name: str = Field("", description="who sells, on invoices; unset: the brand's name")
    seller_address: str = Field("", description="the seller's address on invoices; | ends a line")
    seller_number: str = Field("", description="the seller's tax or trade numbers on invoices")
    seller_email: str = Field("", description="where questions about an invoice go")
    tax_percent: str = Field(
        "0", description="tax that prices include, as 18 or 19.25; 0: none is shown"
    )
    invoice_series: str = Field("F", description="how numbers of invoices begin: F-2026-000001")
    credit_series: str = Field("A", description="how numbers of credit notes begin")

    # Refunds.
    refund_days: int = Field(7, ge=0, description="who bought may be refunded so long; 0: never")
    refund_bonus_percent: int = Field(
        10, ge=0, le=100, description="so much more is given when a refund is taken in coins"
    )
    refund_coin_amount: int = Field(
        10, ge=1, description="what one coin stands for, in PAYMENTS_CURRENCY, in such a refund"
    )

    # Coins and films.
    low_coins: int = Field(20, ge=0, description="who has fewer coins is told so, once; 0: nobody")
    coin_warning_days: int = Field(
        7, ge=0, description="who has coins that expire is told so long before; 0: nobody"
    )
    bonus_days: int = Field(
        180, ge=0, description="coins that come as a bonus expire after so long; 0: never"
    )
    coin_refund_hours: int = Field(
        48, ge=0, description="a film unlocked with coins is given back so long, if not watched"
    )
    rental_start_days: int = Field(30, ge=1, description="a rental has to be begun so soon")
    rental_finish_hours: int = Field(48, ge=1, description="a rental that is begun lasts so long")

    # The books.
    reconcile_grace_minutes: int = Field(
        60,
        ge=0,
        description="a provider's balance may differ from our books so long before it is a finding",
    )

    # Subscriptions, vouchers and gift cards.
    code_coin_amount: int = Field(
        10, ge=1, description="what one coin costs when a voucher or gift card becomes coins"
    )
    cash_hours: int = Field(72, ge=1, description="an order to pay in cash waits so long")
    gift_card_least: int = Field(500, ge=1, description="the smallest gift card")
    gift_card_most: int = Field(200_000, ge=1, description="the largest gift card")
    gift_card_days: int = Field(730, ge=1, description="a gift card is good for so long")
    code_guesses: str = Field(
        "10/hour", description="how many wrong codes may come from one address, or one account"
    )

    # Earnings and payouts.
    view_amount: str = Field("1", description="what a counted view earns, in PAYMENTS_CURRENCY")
    sale_share_percent: str = Field("50", description="the makers' share of films sold, of 100")
    earning_hold_days: int = Field(
        14,
        ge=0,
        description="earnings are paid once they are so old: longer than PAYMENTS_REFUND_DAYS",
    )
    payout_minimum: int = Field(5000, ge=1, description="the smallest payout")
    payout_change_days: int = Field(
        3, ge=0, description="nothing is paid for so long after a payout number was changed"
    )
    payout_provider: str = Field(
        "", description="who pays film-makers; unset: the first provider that reaches the operator"
    )

    fedapay_secret_key: SecretStr = Field(
        SecretStr(""),
        description="FedaPay's secret key, sk_sandbox_… (test money) or sk_live_…; empty: none",
    )
    fedapay_webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="the secret of the webhook made in FedaPay's dashboard, wh_…; empty: none is"
        " taken, and payments are seen later",
        json_schema_extra=OURS,
    )
    fedapay_url: str = Field("", description="FedaPay's API; empty: the one that the key is for")
    momo_environment: str = Field(
        "sandbox", description="MTN's target environment: sandbox, mtnbenin, mtnivorycoast, …"
    )
    momo_url: str = Field(
        "https://sandbox.momodeveloper.mtn.com",
        description="MTN MoMo's API; https://momoapi.momo.africa in production",
    )
    momo_collection_user: str = Field("", description="MTN's API user for taking money")
    momo_collection_key: SecretStr = Field(SecretStr(""), description="its API key; empty: no MTN")
    momo_collection_subscription_key: SecretStr = Field(
        SecretStr(""), description="MTN's subscription key of the product Collections"
    )
    momo_disbursement_user: str = Field(
        "", description="MTN's API user for giving money: refunds and payouts"
    )
    momo_disbursement_key: SecretStr = Field(
        SecretStr(""), description="its API key; empty: neither refunds nor payouts by MTN"
    )
    momo_disbursement_subscription_key: SecretStr = Field(
        SecretStr(""), description="MTN's subscription key of the product Disbursements"
    )
    momo_seal_key: SecretStr = Field(
        SecretStr(""),
        description="ours: it seals what MTN's unsigned callbacks bring back; empty: none is"
        " taken, and payments are seen later",
    )
    wave_api_key: SecretStr = Field(
        SecretStr(""), description="Wave's API key, wave_…; empty: no Wave"
    )
    wave_webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="the signing secret of the webhook made in Wave's portal; empty: none is"
        " taken, and payments are seen later",
    )
    wave_countries: str = Field("CI,SN", description="where payers may pay this Wave wallet")
    wave_url: str = Field("https://api.wave.com", description="Wave's API")

    catalog_url: str = shared("CATALOG_URL", "http://127.0.0.1:5061", description="catalog_service")
    tokens_url: str = shared("TOKENS_URL", "http://127.0.0.1:5060", description="tokens_service")
    brand_name: str = shared("BRAND_NAME", "Karangou", description="the name on every page")
    portal_public_url: str = shared(
        "PORTAL_PUBLIC_URL",
        "http://127.0.0.1:5062",
        description="how people reach public_interface; payers come back there",
    )

    stripe_url: str = Field("https://api.stripe.com", description="Stripe's API")
    stripe_key: SecretStr = Field(
        SecretStr(""), description="Stripe's secret or restricted key; without one, no cards"
    )
    stripe_webhook_secret: SecretStr = Field(
        SecretStr(""), description="signs Stripe's webhooks: whsec_…; without one, none is taken"
    )
    paypal_url: str = Field(
        "https://api-m.paypal.com",
        description="PayPal's API; https://api-m.sandbox.paypal.com for test money",
    )
    paypal_client_id: str = Field("", description="PayPal's client; without one, no PayPal")
    paypal_secret: SecretStr = Field(SecretStr(""), description="the secret of PayPal's client")
    paypal_webhook_id: str = Field(
        "", description="the id of the webhook at PayPal; without one, none is taken"
    )
    paypal_authorities: str = Field(
        "",
        description="certificates (PEM) between the one PayPal signs with and the public"
        " authorities, should PayPal not send them along",
    )
    cinetpay_url: str = Field(
        "https://api.cinetpay.co",
        description="CinetPay's API (v1); https://api.cinetpay.net for test money",
    )
    cinetpay_accounts: SecretStr = Field(
        SecretStr(""),
        description="CinetPay's key and password by country, as CI=key:password BJ=key:password",
    )
    paydunya_url: str = Field(
        "https://app.paydunya.com/api/v1",
        description="PayDunya's API; https://app.paydunya.com/sandbox-api/v1 for test money",
    )
    paydunya_master_key: SecretStr = Field(
        SecretStr(""), description="PayDunya's master key; without one, no PayDunya"
    )
    paydunya_private_key: SecretStr = Field(SecretStr(""), description="PayDunya's private key")
    paydunya_token: SecretStr = Field(SecretStr(""), description="PayDunya's token")

    @model_validator(mode="after")
    def refuse_test_money(self) -> Self:
        if self.environment == "production" and self.sandbox:
            raise ValueError("PAYMENTS_SANDBOX is test money: unset it, and configure a provider")
        return self
