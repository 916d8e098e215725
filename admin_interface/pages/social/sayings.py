"""What publisher_service refuses about posts: in words, and beside which field they belong."""

from typing import Annotated, Any

from fastapi import Request

from admin_interface.forms import Mistyped
from admin_interface.pages.desk import words
from admin_interface.pages.staff import acting
from kit.contracts.publisher.client import PublisherClient
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

Publisher = Annotated[PublisherClient, acting(PublisherClient)]
SAYINGS = {
    "PublicationBegun": mark("Une partie est déjà sortie : cela ne se change plus."),
    "PublicationDiffers": mark("Cette publication est déjà partie, avec d’autres mots."),
    "PublicationUnfit": mark("Un des réseaux n’en voudrait pas : voyez pourquoi."),
    "TargetUnderWay": mark("Cet envoi est encore en route : attendez qu’il soit fini."),
    "TargetSettled": mark("On sait déjà ce qu’il en est advenu."),
    "SocialAccountKnown": mark("Ce compte est déjà relié ; donnez-lui plutôt de nouvelles clés."),
    "SocialAccountNotFound": mark("Ce compte n’est plus relié."),
    "SocialAccountUnchosen": mark("Ces clés ouvrent plusieurs comptes : dites lequel."),
    "CredentialsRefused": mark("Le réseau n’a pas accepté ces clés."),
    "NetworkAway": mark("Le réseau ne répond pas. Réessayez dans un moment."),
    "CredentialsMissing": mark("Il manque une des clés que ce réseau demande."),
    "AddressNotPublic": mark("Il faut une adresse publique, en https."),
    "MediaRefused": mark("Cette image est illisible : JPEG, PNG ou WebP, 10 Mo au plus."),
    "TooLarge": mark("Cette image est trop lourde : 10 Mo au plus."),
    "MediaNotFound": mark("Cette image ou cet extrait n’existe plus."),
    "ClipImpossible": mark("Un extrait dure d’une seconde à dix minutes, dans son film."),
    "FilmNotFound": mark("Ce film n’existe plus."),
    "FilmUnchosen": mark("Choisissez le film où couper."),
    "NotYetPlayable": mark("Ce film n’a pas encore d’images : attendez la fin de l’encodage."),
    "Past": mark("Ce moment est passé."),
    "Nowhere": mark("Choisissez au moins un compte."),
    "Forbidden": mark("Votre rôle ne permet pas cela."),
    "Unavailable": mark("Le service des messages ne répond pas. Réessayez dans un moment."),
}
OTHERWISE = mark("Le service des messages a refusé : %(why)s")
FIELDS = {
    "MediaRefused": "picture",
    "TooLarge": "picture",
    "MediaNotFound": "picture",
    "ClipImpossible": "clip_to",
    "FilmNotFound": "film_id",
    "FilmUnchosen": "film_id",
    "NotYetPlayable": "film_id",
    "SocialAccountNotFound": "accounts",
    "AddressNotPublic": "key.url",
    "Past": "publish_at",
    "Nowhere": "accounts",
}
TYPED_AS = {"targets": "accounts", "from_seconds": "clip_from", "to_seconds": "clip_to"}


class Trouble(Schema):
    """Why a form was not taken: beside its fields, else in one sentence above it."""

    errors: dict[str, str] = {}
    sentence: str = ""


def trouble(request: Request, error: AppError) -> Trouble:
    say = words(request)
    if isinstance(error, Mistyped):
        fields = {TYPED_AS.get(name, name): say(text) for name, text in error.fields.items()}
        return Trouble(errors=fields)
    field = FIELDS.get(type(error).__name__)
    sentence = saying(request, error)
    return Trouble(errors={field: sentence}) if field else Trouble(sentence=sentence)


def saying(request: Request, error: AppError) -> str:
    """Return one sentence; where the network said why, that follows."""
    say = words(request)
    if isinstance(error, Mistyped):
        return say(mark("Une des valeurs n’est pas acceptée ; corrigez-la, puis recommencez."))
    found = SAYINGS.get(type(error).__name__)
    sentence = say(found) if found else say(OTHERWISE, why=error.detail)
    return f"{sentence} {error.extra['reason']}" if error.extra.get("reason") else sentence


def unfit(error: AppError) -> dict[str, list[str]]:
    """Return what does not fit, by the id of its account."""
    told: list[dict[str, Any]] = error.extra.get("errors", [])
    return {str(each.get("account_id")): list(each.get("what", [])) for each in told}
