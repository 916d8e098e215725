"""The words of every kind in French."""

from collections.abc import Mapping

from publisher_service.rules.words import Words
from publisher_service.rules.words.earnings_fr import EARNINGS
from publisher_service.rules.words.money_fr import MONEY
from publisher_service.rules.words.plans_fr import PLANS

NOT_YOU = (
    "Si ce n’était pas vous, changez tout de suite votre mot de passe et fermez les autres "
    "sessions, depuis la page Sécurité de votre compte."
)
ALL: Mapping[str, Words] = {
    "account.verify_email": Words(
        "Confirmer une adresse e-mail",
        "Confirmez votre adresse e-mail",
        "Confirmez votre adresse e-mail.",
        "Bonjour {name},\n\nMerci de votre inscription à {brand}. Il ne reste qu’à confirmer que "
        "cette adresse est bien la vôtre.\n\n[Confirmer mon adresse]({link})\n\nCe lien est "
        "valable "
        "{hours} heures. Si vous n’avez pas créé de compte, ignorez ce message : rien ne sera "
        "fait.",
    ),
    "account.sign_in_link": Words(
        "Lien de connexion",
        "Votre lien de connexion",
        "Votre lien de connexion est arrivé par e-mail.",
        "Bonjour {name},\n\nVoici le lien que vous avez demandé pour vous connecter, sans mot de "
        "passe.\n\n[Me connecter]({link})\n\nIl sert une seule fois et reste valable {minutes} "
        "minutes. Si vous ne l’avez pas demandé, ignorez ce message et ne le transmettez à "
        "personne.",
    ),
    "account.password_reset": Words(
        "Nouveau mot de passe",
        "Choisissez un nouveau mot de passe",
        "Un lien pour changer de mot de passe est arrivé par e-mail.",
        "Bonjour {name},\n\nVous avez demandé à choisir un nouveau mot de passe.\n\n"
        "[Choisir un mot de passe]({link})\n\nCe lien sert une seule fois et reste valable "
        "{minutes} minutes. Si vous n’avez rien demandé, ignorez ce message : votre mot de passe "
        "actuel reste le bon.",
    ),
    "account.exists": Words(
        "Inscription avec une adresse connue",
        "Vous avez déjà un compte",
        "Quelqu’un a voulu s’inscrire avec votre adresse.",
        "Bonjour {name},\n\nUne inscription vient d’être tentée avec votre adresse, mais vous avez "
        "déjà un compte. Si c’était vous, connectez-vous simplement ; vous pouvez y demander un "
        "nouveau mot de passe.\n\n[Me connecter]({link})\n\nSi ce n’était pas vous, il n’y a rien "
        "à "
        "faire.",
    ),
    "account.password_changed": Words(
        "Mot de passe changé",
        "Votre mot de passe a été changé",
        "Votre mot de passe a été changé ({device}).",
        "Bonjour {name},\n\nVotre mot de passe a été changé le {at}, depuis {device} ({place})."
        f"\n\n{NOT_YOU}",
    ),
    "account.email_change": Words(
        "Changement d’adresse",
        "Confirmez votre nouvelle adresse",
        "Confirmez votre nouvelle adresse e-mail.",
        "Bonjour {name},\n\nVous souhaitez utiliser cette adresse pour votre compte {brand}."
        "\n\n[Confirmer cette adresse]({link})\n\nCe lien est valable {hours} heures. D’ici là, "
        "l’ancienne adresse reste en place. Si vous n’avez rien demandé, ignorez ce message.",
    ),
    "account.email_changed": Words(
        "Adresse changée",
        "L’adresse de votre compte a changé",
        "L’adresse de votre compte est désormais {new}.",
        "Bonjour {name},\n\nLe {at}, l’adresse de votre compte est passée de {old} à {new}. Les "
        "messages iront désormais à la nouvelle adresse.\n\nSi ce n’était pas vous, répondez à ce "
        "message ou écrivez-nous sans attendre.",
    ),
    "account.new_sign_in": Words(
        "Connexion depuis un nouvel appareil",
        "Connexion depuis un nouvel appareil",
        "Nouvelle connexion : {device}, {place}.",
        "Bonjour {name},\n\nQuelqu’un s’est connecté à votre compte depuis un appareil que nous ne "
        "connaissions pas : {device} ({place}), le {at}.\n\nSi c’était vous, tout va bien. "
        + NOT_YOU,
    ),
    "account.second_factor": Words(
        "Protection du compte modifiée",
        "La protection de votre compte a changé",
        "{what}",
        f"Bonjour {{name}},\n\n{{what}} C’était le {{at}}.\n\n{NOT_YOU}",
    ),
    "account.invited": Words(
        "Invitation",
        "{inviter} vous invite",
        "{inviter} vous invite.",
        "Bonjour,\n\n{inviter} vous invite à rejoindre {studio} sur {brand}, avec le rôle "
        "« {role} ».\n\n[Accepter l’invitation]({link})\n\nL’invitation est valable {days} jours.",
    ),
    "account.acted_as": Words(
        "Un administrateur a agi en votre nom",
        "{admin} a ouvert votre compte pour vous aider",
        "{admin} a ouvert votre compte pendant {minutes} minutes au plus.",
        "Bonjour {name},\n\nLe {at}, {admin} a ouvert votre compte pour {minutes} minutes au plus. "
        "Raison donnée : {why}\n\nPendant ce temps, ni votre mot de passe ni vos protections ne "
        "peuvent être changés. Chaque acte est consigné.",
    ),
    "account.suspended": Words(
        "Compte suspendu",
        "Votre compte est suspendu",
        "Votre compte est suspendu.",
        "Bonjour {name},\n\nVotre compte {brand} a été suspendu par un administrateur. Vous ne "
        "pouvez plus vous connecter. Vos données sont conservées.\n\nSi vous pensez que c’est une "
        "erreur, répondez à ce message.",
    ),
    "account.export_ready": Words(
        "Export de vos données",
        "Vos données sont prêtes",
        "L’archive de vos données est prête.",
        "Bonjour {name},\n\nL’archive de tout ce que nous savons de vous est prête.\n\n"
        "[Télécharger mes données]({link})\n\nElle reste à votre disposition {days} jours.",
    ),
    "account.deletion_planned": Words(
        "Suppression du compte prévue",
        "Votre compte sera supprimé le {on}",
        "Votre compte sera supprimé le {on}.",
        "Bonjour {name},\n\nComme vous l’avez demandé, votre compte sera supprimé le {on}, avec "
        "tout "
        "ce qui s’y rattache. Jusque-là, vous pouvez changer d’avis.\n\n[Garder mon "
        "compte]({link})",
    ),
    "account.deleted": Words(
        "Compte supprimé",
        "Votre compte a été supprimé",
        "Votre compte a été supprimé.",
        "Bonjour {name},\n\nVotre compte {brand} a été supprimé, comme vous l’aviez demandé. Merci "
        "d’avoir été des nôtres. C’est le dernier message que vous recevez de nous.",
    ),
    "client.secret_rotated": Words(
        "Secret d’une application changé",
        "Le secret de {client} a été changé",
        "Le secret de {client} a été changé.",
        "Bonjour {name},\n\nUn nouveau secret a été créé pour l’application {client}. L’ancien "
        f"fonctionne encore jusqu’au {{until}}.\n\n{NOT_YOU}",
    ),
    "film.published": Words(
        "Nouveau film",
        "{title} est en ligne",
        "{by} : {title} est en ligne.",
        "Bonjour {name},\n\n{by} vient de mettre en ligne {title}.\n\n[Regarder le film]({url})",
    ),
    "series.episode": Words(
        "Nouvel épisode",
        "{series} : {title}",
        "Nouvel épisode de {series} : {title}.",
        "Bonjour {name},\n\nUn nouvel épisode de {series} est en ligne : {title}.\n\n"
        "[Regarder l’épisode]({url})",
    ),
    "studio.joined": Words(
        "Arrivée dans un studio",
        "Vous faites partie de {studio}",
        "Vous faites partie de {studio} ({role}).",
        "Bonjour {name},\n\nVous faites désormais partie de {studio}, avec le rôle « {role} ».",
    ),
    "address.code": Words(
        "Code pour un numéro",
        "Votre code : {code}",
        "{code} est votre code. Il vaut {minutes} minutes. Ne le donnez à personne.",
        "{code} est votre code pour recevoir les messages de {brand} sur ce numéro. Il vaut "
        "{minutes} minutes. Si vous n’avez rien demandé, ignorez ce message.",
    ),
    "address.trial": Words(
        "Message d’essai",
        "{brand} : message d’essai",
        "Tout fonctionne : vos notifications arriveront ici.",
        "Tout fonctionne : vos notifications arriveront ici.",
    ),
    "digest.news": Words(
        "Résumé des nouveautés",
        "Les nouveautés que vous suivez",
        "{count} nouveautés",
        "Bonjour {name},\n\nVoici ce qui est arrivé chez ceux que vous suivez.\n\n{items}",
    ),
    **MONEY,
    **PLANS,
    **EARNINGS,
}
WHAT: Mapping[str, str] = {
    "totp_on": "Les codes d’une application protègent désormais votre compte.",
    "totp_off": "Les codes d’une application ne protègent plus votre compte.",
    "passkey_added": "Une clé d’accès a été ajoutée à votre compte.",
    "passkey_removed": "Une clé d’accès a été retirée de votre compte.",
    "recovery_used": "Un code de secours a servi à ouvrir votre compte.",
    "recovery_renewed": "De nouveaux codes de secours remplacent les anciens.",
    "provider_added": "Un autre service permet désormais d’ouvrir votre compte.",
    "provider_removed": "Un autre service ne permet plus d’ouvrir votre compte.",
}
ROLES: Mapping[str, str] = {
    "viewer": "spectateur",
    "filmmaker": "cinéaste",
    "producer": "producteur",
    "crew": "équipe",
    "agent": "agent",
    "moderator": "modérateur",
    "admin": "administrateur",
    "owner": "propriétaire",
}
UNKNOWN: Mapping[str, str] = {
    "device": "un appareil inconnu",
    "place": "lieu inconnu",
    "studio": "l’équipe",
    "by": "Une personne que vous suivez",
    "why": "non précisée",
}
FOOTER = "Vous recevez ce message parce que vous avez un compte {brand}."
STRANGER = "Ce message vous a été envoyé par {brand}."
CHOOSE = "Choisir ce que vous recevez"
STOP = "Ne plus recevoir ces messages"
AND = "Si le bouton ne fonctionne pas, copiez cette adresse dans votre navigateur :"
# What the Telegram bot answers.
CONNECTED = "C’est fait : les nouvelles de {brand} arrivent ici. Pour les arrêter, envoyez /stop."
KNOWN = "Cette conversation est déjà reliée à {brand}. Envoyez /stop pour l’en détacher."
EXPIRED = "Ce lien a expiré. Demandez-en un nouveau à {brand} : {link}"
LEFT = "C’est noté : {brand} ne vous écrit plus ici."
HELLO = "Pour recevoir ici les notifications de {brand}, reliez cette conversation : {link}"
