"""What payments_service refuses, in words."""

from fastapi import Request

from admin_interface.pages.desk import words
from kit.errors import AppError
from kit.i18n import mark

SAYINGS = {
    "Mistyped": mark("Une des valeurs n’est pas acceptée ; corrigez-la, puis recommencez."),
    "OrderNotFound": mark("Cette commande n’existe pas."),
    "Insufficient": mark("Il n’y a pas assez sur ce compte."),
    "JournalReversed": mark("Ce mouvement a déjà été annulé."),
    "NotReversible": mark("Cela se défait là où il a été fait : commande, cadeau ou versement."),
    "NothingToAdjust": mark("Ce montant ne dit rien : seuls des frais rendus sont négatifs."),
    "JournalKeyReused": mark("Ce formulaire a déjà servi. Rechargez la page."),
    "OrderKeyReused": mark("Ce formulaire a déjà servi. Rechargez la page."),
    "RefundKeyReused": mark("Ce formulaire a déjà servi. Rechargez la page."),
    "TooMuchRefunded": mark("C’est plus que ce qui reste de ce qui a été payé."),
    "OwnPayout": mark("Personne n’approuve son propre versement : demandez à quelqu’un d’autre."),
    "Forbidden": mark("Votre rôle ne permet pas cela."),
    "Unavailable": mark("Le service des paiements ne répond pas. Réessayez dans un moment."),
}
NOT_REFUNDABLE = {
    "late": mark("Le délai pour rendre cet achat est passé."),
    "watched": mark("Ce qui a été acheté a déjà servi."),
    "spent": mark("Ces pièces ont déjà servi."),
    "nothing_left": mark("Tout est déjà rendu : il ne reste rien."),
    "not_paid": mark("Cette commande n’est pas payée : il n’y a rien à rendre."),
    "way": mark("Cela ne se rend pas par cette voie : prenez l’autre."),
    "account": mark("Des pièces vont à un compte : cette commande n’en a pas."),
}
CANNOT = mark("Cet achat ne se rembourse pas maintenant.")
OTHERWISE = mark("Le service des paiements a refusé : %(why)s")


def saying(request: Request, error: AppError) -> str:
    say = words(request)
    if type(error).__name__ == "NotRefundable":
        return say(NOT_REFUNDABLE.get(str(error.extra.get("why", "")), CANNOT))
    found = SAYINGS.get(type(error).__name__)
    return say(found) if found else say(OTHERWISE, why=error.detail)
