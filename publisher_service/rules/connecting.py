"""What connecting an account takes on each network: the fields of its form, how they are got."""

from collections.abc import Mapping

from kit.contracts.publisher.social import NetworkName
from kit.contracts.publisher.social_forms import CredentialField, Words


def _field(
    name: str,
    label: tuple[str, str],
    guidance: tuple[str, str],
    *,
    example: str = "",
    is_secret: bool = True,
    is_required: bool = True,
) -> CredentialField:
    """`label` and `guidance` in French and English."""
    return CredentialField(
        name=name,
        is_secret=is_secret,
        is_required=is_required,
        label=Words(fr=label[0], en=label[1]),
        help=Words(fr=guidance[0], en=guidance[1]),
        example=example,
    )


TOKEN = ("Jeton d’accès", "Access token")
RENEWAL = ("Jeton de renouvellement", "Refresh token")
APP_ID = ("Identifiant de l’application", "Client ID")
APP_SECRET = ("Secret de l’application", "Client secret")

FIELDS: Mapping[NetworkName, tuple[CredentialField, ...]] = {
    NetworkName.telegram: (
        _field(
            "token",
            ("Jeton du robot", "Bot token"),
            ("@BotFather l’envoie à la création du robot.", "@BotFather sends it with a new bot."),
        ),
        _field(
            "chat_id",
            ("Canal", "Channel"),
            (
                "Le nom public du canal, ou son numéro s’il est privé.",
                "The channel’s public name, or its number if it is private.",
            ),
            example="@ma_chaine",
            is_secret=False,
        ),
    ),
    NetworkName.x: (
        _field(
            "access_token",
            TOKEN,
            (
                "Jeton OAuth 2.0 de l’utilisateur ; il dure deux heures et se renouvelle seul.",
                "The user’s OAuth 2.0 token; it lasts two hours and is renewed by itself.",
            ),
        ),
        _field(
            "refresh_token",
            RENEWAL,
            (
                "Donné avec le premier quand le droit « offline.access » est demandé.",
                "Comes with the first when the scope “offline.access” is asked for.",
            ),
        ),
        _field(
            "client_id",
            APP_ID,
            (
                "Dans le portail des développeurs : Keys and tokens, OAuth 2.0.",
                "In the developer portal: Keys and tokens, OAuth 2.0.",
            ),
            is_secret=False,
        ),
        _field(
            "client_secret",
            APP_SECRET,
            (
                "Seulement pour une application « confidentielle ».",
                "Only for a “confidential” application.",
            ),
            is_required=False,
        ),
    ),
    NetworkName.instagram: (
        _field(
            "access_token",
            TOKEN,
            (
                "Jeton de longue durée, avec le droit de publier ; il se renouvelle seul.",
                "A long-lived token that may publish; it is renewed by itself.",
            ),
        ),
        _field(
            "user_id",
            ("Compte professionnel", "Professional account"),
            (
                "Numéro du compte ; inutile si le jeton n’en ouvre qu’un.",
                "The account’s number; not needed when the token reaches one only.",
            ),
            example="17841405822304914",
            is_secret=False,
            is_required=False,
        ),
    ),
    NetworkName.youtube: (
        _field(
            "refresh_token",
            RENEWAL,
            (
                "Donné par Google quand l’accès « offline » est demandé avec les droits "
                "« youtube.upload » et « youtube.readonly ».",
                "Given by Google when “offline” access is asked for with the scopes "
                "“youtube.upload” and “youtube.readonly”.",
            ),
        ),
        _field(
            "client_id",
            APP_ID,
            (
                "Dans Google Cloud : API et services, Identifiants.",
                "In Google Cloud: APIs & Services, Credentials.",
            ),
            example="1234-abcd.apps.googleusercontent.com",
            is_secret=False,
        ),
        _field(
            "client_secret",
            APP_SECRET,
            ("Au même endroit que l’identifiant.", "Beside the client ID."),
        ),
    ),
    NetworkName.facebook: (
        _field(
            "access_token",
            TOKEN,
            (
                "Jeton de la page, ou d’une personne qui la gère : celui de la page en est tiré.",
                "The page’s token, or that of a person who manages it: the page’s is got from it.",
            ),
        ),
        _field(
            "page_id",
            ("Page", "Page"),
            (
                "Numéro de la page ; inutile si le jeton n’en ouvre qu’une.",
                "The page’s number; not needed when the token reaches one only.",
            ),
            example="102938475610293",
            is_secret=False,
            is_required=False,
        ),
    ),
    NetworkName.webhook: (
        _field(
            "url",
            ("Adresse", "Address"),
            (
                "Adresse publique, en https, qui reçoit les publications.",
                "The public https address that receives publications.",
            ),
            example="https://exemple.org/publications",
            is_secret=False,
        ),
        _field(
            "secret",
            ("Secret de signature", "Signing secret"),
            (
                "« whsec_ » suivi d’au moins 24 octets en Base64 (Standard Webhooks).",
                "“whsec_” followed by at least 24 bytes in Base64 (Standard Webhooks).",
            ),
        ),
    ),
}


def _steps(*pairs: tuple[str, str]) -> Words:
    return Words(fr="\n".join(fr for fr, _ in pairs), en="\n".join(en for _, en in pairs))


STEPS: Mapping[NetworkName, Words] = {
    NetworkName.telegram: _steps(
        ("Écrivez à @BotFather : /newbot.", "Write to @BotFather: /newbot."),
        (
            "Nommez le robot administrateur du canal, avec le droit de publier.",
            "Make the bot an administrator of the channel, with the right to post.",
        ),
    ),
    NetworkName.x: _steps(
        (
            "Créez une application sur developer.x.com, avec OAuth 2.0.",
            "Create an application on developer.x.com, with OAuth 2.0.",
        ),
        (
            "Autorisez-la pour ce compte : tweet.read, tweet.write, users.read, media.write, "
            "offline.access.",
            "Authorise it for this account: tweet.read, tweet.write, users.read, media.write, "
            "offline.access.",
        ),
    ),
    NetworkName.instagram: _steps(
        (
            "Passez le compte en compte professionnel.",
            "Turn the account into a professional one.",
        ),
        (
            "Sur developers.facebook.com, créez une application avec Instagram et donnez-lui ce "
            "compte.",
            "On developers.facebook.com, create an application with Instagram and give it this "
            "account.",
        ),
        (
            "Créez un jeton : avec Facebook (instagram_basic, instagram_content_publish, "
            "pages_show_list, pages_read_engagement), ou avec Instagram "
            "(instagram_business_basic, instagram_business_content_publish).",
            "Generate a token: with Facebook (instagram_basic, instagram_content_publish, "
            "pages_show_list, pages_read_engagement), or with Instagram "
            "(instagram_business_basic, instagram_business_content_publish).",
        ),
    ),
    NetworkName.youtube: _steps(
        (
            "Dans Google Cloud, activez « YouTube Data API v3 » et créez un client OAuth.",
            "In Google Cloud, enable “YouTube Data API v3” and create an OAuth client.",
        ),
        (
            "Autorisez-le pour la chaîne et gardez le jeton de renouvellement.",
            "Authorise it for the channel and keep the refresh token.",
        ),
        (
            "Tant que Google n’a pas vérifié le projet, les vidéos restent privées.",
            "Until Google has verified the project, videos stay private.",
        ),
    ),
    NetworkName.facebook: _steps(
        (
            "Créez une application sur developers.facebook.com.",
            "Create an application on developers.facebook.com.",
        ),
        (
            "Créez un jeton avec pages_show_list, pages_read_engagement et pages_manage_posts.",
            "Generate a token with pages_show_list, pages_read_engagement and pages_manage_posts.",
        ),
        (
            "Un jeton d’une heure suffit si l’identifiant et le secret de l’application sont dans "
            "la configuration ; sinon, prolongez-le d’abord.",
            "A token of an hour is enough if the application’s ID and secret are in the settings; "
            "otherwise extend it first.",
        ),
    ),
    NetworkName.webhook: _steps(
        (
            "Choisissez un secret et donnez-le aussi au destinataire.",
            "Choose a secret and give it to the receiver too.",
        ),
    ),
}
PAGES: Mapping[NetworkName, str] = {
    NetworkName.telegram: "https://core.telegram.org/bots/features#botfather",
    NetworkName.x: "https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code",
    NetworkName.instagram: "https://developers.facebook.com/docs/instagram-platform",
    NetworkName.youtube: "https://developers.google.com/youtube/v3/guides/authentication",
    NetworkName.facebook: "https://developers.facebook.com/docs/pages-api/getting-started",
    NetworkName.webhook: "https://www.standardwebhooks.com",
}
PICTURES_UNREACHABLE = Words(
    fr="Instagram vient chercher les images : sans adresse publique de ce service "
    "(PUBLISHER_PUBLIC_URL, en https), seuls les extraits peuvent y être publiés.",
    en="Instagram comes to fetch pictures: without a public address of this service "
    "(PUBLISHER_PUBLIC_URL, https), only clips can be published there.",
)
