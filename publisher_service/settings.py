"""Everything publisher_service reads from its environment."""

from typing import ClassVar, Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from kit.settings import OURS, ServiceSettings, shared


class Settings(ServiceSettings):
    SERVICE: ClassVar[str] = "publisher_service"
    model_config = SettingsConfigDict(env_prefix="PUBLISHER_")

    port: int = Field(5058, description="the port to listen on")
    smtp_host: str = Field(
        "", description="the mail server; without one, mails are kept in the dashboard's outbox"
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="its port")
    smtp_user: str = Field("", description="the user name it wants, if it wants one")
    smtp_password: SecretStr = Field(SecretStr(""), description="and the password")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="`starttls` (587), `tls` (465), or `none` on one's own network only"
    )
    smtp_connections: int = Field(4, ge=1, le=50, description="connections kept to it")
    mail_from: str = Field(
        "", description="the sender of mails; without one, no-reply at the portal's domain"
    )
    mail_reply_to: str = Field("", description="where answers go, if people may answer")
    mail_rate: str = Field(
        "", description='how many mails the server takes, for example "300/minute"; empty: no limit'
    )
    kept_days: int = Field(
        180, ge=1, description="notices, deliveries and mails of the outbox are kept so long"
    )
    tries: int = Field(30, ge=1, le=100, description="how often a delivery is tried in all")

    vapid_private_key: SecretStr = Field(
        SecretStr(""),
        description="signs web pushes: a P-256 key, 32 bytes in base64 or hex; empty: none",
    )
    vapid_subject: str = Field(
        "", description="whom push services may write to: mailto: or https:; empty: the sender"
    )
    private_push: bool = Field(
        False, description="whether push endpoints may be on one's own network, and by http"
    )
    telegram_token: SecretStr = Field(
        SecretStr(""), description="the token of the bot that tells people; empty: not by Telegram"
    )
    telegram_username: str = Field("", description="the bot's name, without @")
    telegram_webhook_url: str = Field(
        "",
        description="where Telegram reaches `/telegram/updates`; empty: we ask it",
    )
    sms_url: str = Field("", description="where SMS are handed over by POST; empty: no SMS")
    sms_header: SecretStr = Field(
        SecretStr(""), description='the header that lets us in, as "Authorization: Bearer …"'
    )
    sms_body: str = Field(
        "to={to}&text={text}&id={id}",
        description="what is sent, JSON or a=b&c=d, with {to}, {digits}, {text}, {id}, {channel}",
    )
    sms_answer: str = Field(
        "id", description="where the answer has the message's id, as messages.0.id"
    )
    sms_rate: str = Field("5/second", description="how many the provider takes; empty: no limit")
    whatsapp_url: str = Field("", description="the same for WhatsApp; empty: no WhatsApp")
    whatsapp_header: SecretStr = Field(SecretStr(""), description="the header that lets us in")
    whatsapp_body: str = Field("to={to}&text={text}&id={id}", description="what is sent")
    whatsapp_answer: str = Field("id", description="where the answer has the message's id")
    whatsapp_rate: str = Field("5/second", description="how many the provider takes")
    phone_folds: bool = Field(
        False, description="whether both take one {id} once only: lost answers are then sent again"
    )
    phone_report_secret: SecretStr = Field(
        SecretStr(""),
        description="what delivery reports must show; empty: none are taken",
        json_schema_extra=OURS,
    )
    phone_report_id: str = Field("id", description="where a report has the message's id")
    phone_report_status: str = Field("status", description="where it has what became of it")
    phone_report_failed: str = Field(
        "failed,undelivered,rejected,expired", description="the words for: it did not arrive"
    )
    phone_report_dead: str = Field(
        "invalid,unknown_subscriber", description="the words for: there is no such number"
    )
    phone_country: str = Field("CI", description="the country of numbers without a country code")
    phone_countries: str = Field(
        "", description="the only countries that messages go to, as CI,SN,ML; empty: all"
    )
    phone_daily: int = Field(
        5, ge=0, description="SMS and WhatsApp messages a person gets in a day at most, codes apart"
    )
    phone_codes: str = Field(
        "200/day", description="codes sent to numbers, for all people together"
    )

    brand_name: str = shared("BRAND_NAME", "Karangou", description="the name on every page")
    brand_accent: str = shared(
        "BRAND_ACCENT", "", description="the colour of the one thing to do, as #rrggbb"
    )
    portal_public_url: str = shared(
        "PORTAL_PUBLIC_URL", "http://127.0.0.1:5062", description="the portal, as visitors see it"
    )

    media_url: str = shared(
        "MEDIA_URL",
        "var/media",
        description="where films are stored: a folder, s3://, gs://, az://",
    )
    ffmpeg: str = shared("FFMPEG", "", description="the ffmpeg to use; empty: the wheel's own")
    catalog_url: str = shared("CATALOG_URL", "http://127.0.0.1:5061", description="catalog_service")
    max_picture_bytes: int = Field(10_000_000, ge=1, description="the largest picture for a post")
    private_webhooks: bool = Field(
        False, description="whether webhooks may go to one's own network, and by http"
    )
    public_url: str = Field(
        "",
        description="where this service is reached from outside, by https: Instagram fetches "
        "pictures there; empty: only clips go to Instagram",
    )
    telegram_api_url: str = Field("https://api.telegram.org", description="Telegram's Bot API")
    x_api_url: str = Field("https://api.x.com", description="X's API")
    facebook_api_url: str = Field(
        "https://graph.facebook.com/v25.0", description="Facebook's Graph API, Instagram's too"
    )
    facebook_video_url: str = Field(
        "https://graph-video.facebook.com/v25.0", description="where pages' videos are uploaded"
    )
    instagram_api_url: str = Field(
        "https://graph.instagram.com/v25.0", description="the same for Instagram's own login"
    )
    meta_upload_url: str = Field(
        "https://rupload.facebook.com", description="where videos for Instagram are uploaded"
    )
    meta_app_id: str = Field(
        "",
        description="the application on developers.facebook.com; with its secret, tokens are"
        " lengthened and every call carries appsecret_proof",
    )
    meta_app_secret: SecretStr = Field(SecretStr(""), description="and its secret")
    youtube_api_url: str = Field("https://www.googleapis.com", description="YouTube's Data API")
    google_token_url: str = Field(
        "https://oauth2.googleapis.com/token", description="where Google renews tokens"
    )
