"""What the services refuse, said to people in their own words, and beside which field."""

from kit.errors import AppError
from kit.i18n import Language, mark

SLOWLY = mark("Trop d’essais. Attendez %(seconds)s s, puis recommencez.")
AWAY = mark("Ce service ne répond pas en ce moment. Rien n’est perdu : réessayez dans un instant.")
OTHERWISE = mark("Cela n’a pas marché. Rechargez la page et recommencez.")
SAYINGS = {
    "WrongCredentials": mark("Cette adresse et ce mot de passe ne vont pas ensemble."),
    "WeakPassword": mark("Ce mot de passe est trop facile à deviner. Allongez-le."),
    "WrongFactor": mark("Ce code est faux, ou a déjà servi. Prenez le suivant."),
    "CeremonyExpired": mark("Cela a pris trop de temps. Recommencez."),
    "TotpNotStarted": mark("Cela a pris trop de temps. Recommencez."),
    "LastFactor": mark(
        "Votre rôle garde toujours une deuxième étape. Ajoutez-en une autre d’abord."
    ),
    "PasskeyRefused": mark(
        "Cette clé n’est pas acceptée ici. Réessayez, ou prenez un autre appareil."
    ),
    "LastWayIn": mark(
        "C’est votre seul moyen d’entrer. Choisissez d’abord un mot de passe ou ajoutez une clé."
    ),
    "ProviderRefused": mark("Le service choisi n’a pas confirmé qui vous êtes. Recommencez."),
    "ProviderEmailTaken": mark(
        "Un compte a déjà cette adresse. Entrez comme d’habitude, puis reliez ce service."
    ),
    "ProviderEmailUnverified": mark(
        "Ce service ne garantit pas votre adresse. Créez un compte par e-mail, puis reliez-le."
    ),
    "ProviderLinkedElsewhere": mark("Ce compte ouvre déjà un autre compte d’ici."),
    "InvitationForOther": mark(
        "Cette invitation est pour une autre adresse. Entrez avec celle-là."
    ),
    "InvitationKnown": mark(
        "Un compte a déjà cette adresse. Connectez-vous, puis rouvrez l’invitation."
    ),
    "CodeNotValid": mark("Ce code n’ouvre rien : il est faux, expiré ou retiré."),
    "CodeTaken": mark("Ce code est déjà dans un autre compte."),
    "TooManyCodes": mark("Votre compte a autant de codes qu’il peut en garder."),
    "WrongPin": mark("Ce n’est pas le bon PIN."),
    "PinNeeded": mark("Tapez le PIN pour sortir de ce profil."),
    "PinMissing": mark(
        "Choisissez d’abord un PIN : sans lui, un enfant pourrait sortir de son profil."
    ),
    "TooManyViewingProfiles": mark("Ce compte a autant de profils qu’il peut en avoir."),
    "InChildProfile": mark("Quittez d’abord le profil d’enfant, avec le PIN."),
    "AvatarUnreadable": mark(
        "Cette image est illisible. Envoyez un JPEG, PNG ou WebP de 10 Mo au plus."
    ),
    "NotAMaker": mark("Les pages publiques sont pour celles et ceux qui font des films."),
    "ExportUnderWay": mark("Une archive est déjà en préparation."),
    "DeletionPlanned": mark("Une suppression est déjà prévue."),
    "TooManyFollowed": mark("Vous suivez déjà mille choses. Laissez-en une d’abord."),
    "BadSubscription": mark("Ce navigateur ne donne rien où lui écrire."),
    "TooManyPlaces": mark("Il y a déjà vingt appareils. Retirez-en un d’abord."),
    "PlaceNotFound": mark("Ce n’est plus relié."),
    "ChannelNotOffered": mark("Ce moyen n’est pas proposé ici."),
    "BadNumber": mark(
        "Ce n’est pas un numéro de mobile. Écrivez-le avec l’indicatif, comme +225 07 01 02 03 04."
    ),
    "CountryNotServed": mark("Nous n’envoyons pas de messages dans ce pays."),
    "NoCodeWaiting": mark("Ce code a expiré. Demandez-en un nouveau."),
    "WrongCode": mark("Ce n’est pas le code envoyé. Regardez-le encore une fois."),
    "ActingReadOnly": mark(
        "Vous voyez le site comme quelqu’un d’autre : rien ne peut être changé."
    ),
    "OrderNotFound": mark("Cette commande n’est pas ici : ouvrez-la là où vous l’avez faite."),
    "OrderKeyReused": mark("Rechargez la page et recommencez."),
    "OrderClosed": mark("Cette commande ne peut plus être payée ni annulée."),
    "NotForSale": mark("Cela ne se vend pas, ou plus."),
    "OwnFilm": mark("C’est votre film : il vous est ouvert."),
    "OwnedAlready": mark("Vous l’avez déjà : il n’y a rien à payer."),
    "NeedsAccount": mark("Connectez-vous d’abord : cela se garde dans un compte."),
    "MethodUnavailable": mark("Ce moyen ne marche pas en ce moment. Prenez-en un autre."),
    "WrongPhone": mark("Ce n’est pas un numéro qui peut payer. Choisissez son pays, ou écrivez +…"),
    "TooManyAttempts": mark(
        "Un paiement est déjà en cours : terminez-le sur le téléphone, ou attendez un peu."
    ),
    "CouponNotValid": mark("Ce code ne retire rien de cette commande."),
    "CouponNotFound": mark("Ce code ne vaut rien : il est faux, dépensé ou expiré."),
    "CodeWorthless": mark(
        "Ce code ne vaut rien : il est faux, dépensé, expiré, ou l’agence ne l’a pas confirmé."
    ),
    "CodeTooSmall": mark("Il ne reste pas assez sur ce code pour cette commande."),
    "CodeInOtherCurrency": mark("Ce code est dans une autre monnaie."),
    "NotEnoughCoins": mark("Il n’y a pas assez de pièces."),
    "NoSuchReceiver": mark("Personne n’a de compte à cette adresse, ou c’est la vôtre."),
    "NotForCoins": mark("Ce film ne s’ouvre pas avec des pièces."),
    "RefundTooLate": mark("Il est trop tard pour le rendre."),
    "WatchedAlready": mark("Ce qui a été regardé ne se rend pas."),
    "NotRefundable": mark("Cette commande ne se rend pas en ce moment."),
    "TooMuchRefunded": mark("Une partie de cette commande a déjà été rendue."),
    "RefundKeyReused": mark("Rechargez la page et recommencez."),
    "SubscribedAlready": mark("Vous avez déjà cet abonnement."),
    "SubscriptionState": mark("Cela ne se peut pas avec l’abonnement tel qu’il est."),
    "TrialUsed": mark("Vous avez déjà eu votre essai."),
    "TrialNotOffered": mark("Cette offre n’a pas d’essai."),
    "CurrencyDiffers": mark("L’autre offre est dans une autre monnaie : arrêtez d’abord celle-ci."),
    "GiftCardNotFound": mark("La carte n’est pas prête : elle vient dès que c’est payé."),
    "PayoutAccountMissing": mark("Dites d’abord où vous voulez être payé."),
    "PayoutTooSmall": mark("C’est moins que le plus petit versement, ou plus que le disponible."),
    "PayoutSettled": mark("Ce versement est parti : il ne peut plus changer."),
    "Unavailable": AWAY,
}
FIELDS = {
    "WeakPassword": "password",
}


def said(error: AppError, words: Language) -> str:
    """Return what this refusal means for whoever was refused."""
    seconds = error.extra.get("retry_after")
    if seconds is not None:
        return words(SLOWLY, seconds=seconds)
    for kind in type(error).__mro__:
        if kind.__name__ in SAYINGS:
            return words(SAYINGS[kind.__name__])
    return words(OTHERWISE)


def beside(error: AppError, words: Language) -> dict[str, str]:
    """Return the refusal by the field it is about; nothing when it is about none."""
    field = FIELDS.get(type(error).__name__)
    return {field: said(error, words)} if field else {}
