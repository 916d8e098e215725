"""The words of what people have and have bought, in French."""

from collections.abc import Mapping

from publisher_service.rules.words import Words

MONEY: Mapping[str, Words] = {
    "coins.low": Words(
        "Peu de pièces",
        "Il vous reste {coins} pièces",
        "Il vous reste {coins} pièces.",
        "Bonjour {name},\n\nIl ne reste que {coins} pièces dans votre portefeuille.\n\n"
        "[Recharger mon portefeuille]({link})",
    ),
    "coins.expiring": Words(
        "Pièces qui expirent bientôt",
        "{coins} pièces expirent bientôt",
        "{coins} pièces expirent bientôt, les premières le {until}.",
        "Bonjour {name},\n\n{coins} pièces de votre portefeuille expirent bientôt, les premières "
        "le {until}. Un film d’ici là ? Les pièces offertes sont dépensées en premier.\n\n"
        "[Voir mon portefeuille]({link})",
    ),
    "coins.gift": Words(
        "Pièces reçues en cadeau",
        "{giver} vous offre {coins} pièces",
        "{giver} vous offre {coins} pièces. {message}",
        "Bonjour {name},\n\n{giver} vous offre {coins} pièces. Elles sont dans votre "
        "portefeuille.\n\n{message}\n\n[Voir mon portefeuille]({link})",
    ),
    "coins.granted": Words(
        "Pièces offertes",
        "{brand} vous offre {coins} pièces",
        "{brand} vous offre {coins} pièces : {why}.",
        "Bonjour {name},\n\n{brand} vous offre {coins} pièces : {why}.\n\n"
        "[Voir mon portefeuille]({link})",
    ),
    "film.code": Words(
        "Code d’un film acheté",
        "Votre code pour « {title} »",
        "Votre code pour « {title} » est arrivé par e-mail.",
        "Bonjour,\n\nMerci de votre achat. Voici le code qui ouvre « {title} » : {code}\n\n"
        "[Regarder le film]({url})\n\nGardez ce message : le code sert chaque fois que vous voulez "
        "regarder le film.",
    ),
    "film.yours": Words(
        "Film acheté",
        "« {title} » est à vous",
        "« {title} » est à vous.",
        "Bonjour {name},\n\n« {title} » est à vous : vous pouvez le regarder quand vous voulez."
        "\n\n[Regarder le film]({url})",
    ),
    "film.rented": Words(
        "Film loué",
        "Vous avez loué « {title} »",
        "« {title} » vous attend jusqu’au {until}.",
        "Bonjour {name},\n\nVous avez loué « {title} ». Commencez à le regarder avant le {until} ; "
        "vous aurez ensuite {hours} heures pour le finir.\n\n[Regarder le film]({url})",
    ),
}
