"""Les mots des reçus, des remboursements, des gains et des versements."""

from collections.abc import Mapping

from publisher_service.rules.words import Words

EARNINGS: Mapping[str, Words] = {
    "money.receipt": Words(
        "Reçu d’un achat",
        "Votre reçu : {title}, {amount}",
        "Paiement de {amount} reçu pour {title}.",
        "Bonjour,\n\nMerci ! Nous avons bien reçu {amount} pour {title}. La facture {number} est "
        "prête.\n\n[Voir ma commande et la facture]({link})",
    ),
    "money.refunded": Words(
        "Remboursement",
        "Remboursement de {amount}",
        "{amount} vous sont rendus pour {title}.",
        "Bonjour,\n\n{amount} vous sont rendus pour {title}, par le moyen que vous avez choisi. "
        "L’avoir {number} est prêt. Selon l’opérateur ou la banque, l’argent arrive en quelques "
        "minutes ou en quelques jours.\n\n[Voir ma commande et l’avoir]({link})",
    ),
    "money.share": Words(
        "Part d’un film",
        "Votre part de {title} : {share}",
        "Votre part de ce que gagne {title} est maintenant de {share}.",
        "Bonjour {name},\n\nVotre part de ce que gagnent les auteurs de {title} est maintenant de "
        "{share}. Si cela vous étonne, parlez-en à la production du film ou écrivez-nous.\n\n"
        "[Voir mes gains]({link})",
    ),
    "money.statement": Words(
        "Relevé du mois",
        "Votre relevé de gains est prêt",
        "Votre relevé est prêt ; solde : {amount}.",
        "Bonjour {name},\n\nLe relevé du mois commencé le {on} est prêt. Votre solde à la fin du "
        "mois : {amount}.\n\n[Voir mon relevé]({link})",
    ),
    "money.payout_account": Words(
        "Numéro de versement changé",
        "Vos gains seront versés sur un autre numéro",
        "Vos gains seront versés sur le numéro {number}.",
        "Bonjour {name},\n\nVos gains seront désormais versés sur le numéro {number}. Par "
        "prudence, rien n’y est versé avant le {until}.\n\nSi ce n’était pas vous, changez votre "
        "mot de passe et écrivez-nous sans attendre.",
    ),
    "money.paid_out": Words(
        "Versement arrivé",
        "{amount} vous ont été versés",
        "{amount} vous ont été versés.",
        "Bonjour {name},\n\n{amount} de vos gains ont été versés sur votre numéro de versement. "
        "Merci pour vos films !",
    ),
    "money.payout_failed": Words(
        "Versement impossible",
        "Votre versement de {amount} n’a pas pu se faire",
        "Le versement de {amount} n’a pas pu se faire ; l’argent reste à vous.",
        "Bonjour {name},\n\nLe versement de {amount} n’a pas pu se faire. Raison : {why}. L’argent "
        "est de nouveau dans votre solde : vérifiez votre numéro de versement, puis redemandez-le.",
    ),
}
