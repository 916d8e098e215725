"""Les mots des abonnements et des cartes cadeaux."""

from collections.abc import Mapping

from publisher_service.rules.words import Words

PLANS: Mapping[str, Words] = {
    "subscription.started": Words(
        "Abonnement commencé",
        "Votre abonnement {plan} commence",
        "Votre abonnement {plan} commence. Bons films !",
        "Bonjour {name},\n\nVotre abonnement {plan} commence : tous les films VIP vous sont "
        "ouverts jusqu’au {until}. Nous vous écrirons avant la fin.\n\n"
        "[Voir mon abonnement]({url})",
    ),
    "subscription.renewal_due": Words(
        "Abonnement à renouveler",
        "Votre abonnement {plan} se termine le {on}",
        "Votre abonnement {plan} se termine le {on}. Renouvelez-le pour {amount}.",
        "Bonjour {name},\n\nVotre abonnement {plan} se termine le {on}. L’argent mobile ne peut "
        "pas être prélevé : pour continuer, payez {amount} en une touche.\n\n"
        "[Renouveler]({link})\n\nSi vous ne faites rien, il s’arrête tout seul.",
    ),
    "subscription.renewing": Words(
        "Renouvellement automatique",
        "Votre abonnement {plan} sera renouvelé le {on}",
        "Votre carte sera débitée de {amount} le {on}.",
        "Bonjour {name},\n\nVotre abonnement {plan} sera renouvelé le {on} : votre carte sera "
        "débitée de {amount}. Il n’y a rien à faire.\n\n[Voir mon abonnement]({url})",
    ),
    "subscription.past_due": Words(
        "Abonnement impayé",
        "Votre abonnement {plan} attend son paiement",
        "Payez {amount} avant le {on} pour garder votre abonnement {plan}.",
        "Bonjour {name},\n\nLe paiement de votre abonnement {plan} n’est pas arrivé. Les films VIP "
        "vous restent ouverts jusqu’au {on}. Montant : {amount}.\n\n[Payer]({link})",
    ),
    "subscription.ended": Words(
        "Abonnement terminé",
        "Votre abonnement {plan} est terminé",
        "Votre abonnement {plan} est terminé.",
        "Bonjour {name},\n\nVotre abonnement {plan} est terminé. Vous pouvez revenir quand vous "
        "voulez.\n\n[Voir les offres]({url})",
    ),
    "gift_card.received": Words(
        "Carte cadeau reçue",
        "{giver} vous offre une carte cadeau de {amount}",
        "{giver} vous offre une carte cadeau de {amount}.",
        "Bonjour,\n\n{giver} vous offre une carte cadeau {brand} de {amount}.\n\n{message}\n\n"
        "Votre code : {code}\n\n[Utiliser la carte]({link})",
    ),
}
