"""What accounts_service refuses, in words; and the way to confirm who one is, where it asks."""

from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse

from admin_interface.pages.desk import back, words
from kit.contracts.accounts.factors import ConfirmationNeeded
from kit.errors import AppError
from kit.i18n import mark

AGAIN = mark("Trop d’essais. Attendez un moment, puis recommencez.")
SAYINGS = {
    "Mistyped": mark("Une des valeurs n’est pas acceptée ; corrigez-la, puis recommencez."),
    "LastOwner": mark("C’est le dernier propriétaire : nommez-en d’abord un autre."),
    "OwnersOnly": mark("Seul un propriétaire peut faire cela."),
    "Forbidden": mark("Votre rôle ne permet pas cela."),
    "EmailTaken": mark("Un compte existe déjà avec cette adresse."),
    "UnknownScope": mark("Une de ces portées n’existe pas."),
    "Invalid": mark("Cette adresse n’est pas acceptée."),
    "AccountNotFound": mark("Ce compte n’existe pas."),
    "InvitationNotFound": mark("Cette invitation n’existe pas."),
    "InvitationSpent": mark("Cette invitation a déjà servi, ou n’est plus valable."),
    "StudioRoleMissing": mark("Dites à la fois le studio et le rôle qu’on y tient, ou aucun."),
    "StudioNotFound": mark("Ce studio n’existe pas."),
    "MemberNotFound": mark("Cette personne n’est pas membre du studio."),
    "LastProducer": mark("C’est le dernier producteur du studio : nommez-en d’abord un autre."),
    "NotAViewer": mark("On ne peut voir le site que comme un spectateur : ce compte a un rôle."),
    "EmailUnverified": mark(
        "Cette personne n’a pas encore montré que cette adresse est la sienne : invitez l’adresse."
    ),
    "CannotMerge": mark("Ces deux comptes ne peuvent pas être réunis."),
    "ClientNotFound": mark("Ce client n’existe pas."),
    "TooManySecrets": mark("Deux secrets servent déjà : mettez d’abord fin au plus ancien."),
    "SecretNotFound": mark("Ce secret n’existe plus."),
    "LastSecret": mark("C’est le seul secret qui serve : créez d’abord le suivant."),
    "WrongFactor": mark("Ce code est faux, a déjà servi ou est trop vieux. Prenez le suivant."),
    "WrongCredentials": mark("Ce mot de passe n’est pas le vôtre."),
    "CeremonyExpired": mark("Cela a pris trop de temps. Recommencez."),
    "TotpNotStarted": mark("Cela a pris trop de temps. Recommencez."),
    "FactorNotFound": mark("Cette protection n’est plus sur votre compte."),
    "LastFactor": mark("Votre rôle demande d’en garder une : ajoutez-en d’abord une autre."),
    "PasskeyRefused": mark("Cette clé d’accès ne va pas ici. Essayez-en une autre."),
    "TooManyPasskeys": mark("Votre compte a déjà toutes les clés qu’il peut avoir : ôtez-en une."),
    "SignInTooOften": AGAIN,
    "TooMany": AGAIN,
    "WeakPassword": mark("Choisissez un mot de passe plus long ou moins courant."),
    "Unavailable": mark("Le service des comptes ne répond pas. Réessayez dans un moment."),
}
OTHERWISE = mark("Le service des comptes a refusé : %(why)s")


def refused(request: Request, here: str, error: AppError) -> RedirectResponse:
    """Go back and say why; or, for a dangerous deed, first to where one shows who one is."""
    if isinstance(error, ConfirmationNeeded):
        return RedirectResponse(f"/security/confirmation?next={quote(here)}", 303)
    return back(request, here, saying(request, error), "danger")


def saying(request: Request, error: AppError) -> str:
    say = words(request)
    found = SAYINGS.get(type(error).__name__)
    return say(found) if found else say(OTHERWISE, why=error.detail)
