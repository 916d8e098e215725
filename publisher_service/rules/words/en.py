"""The words of every kind in English."""

from collections.abc import Mapping

from publisher_service.rules.words import Words
from publisher_service.rules.words.earnings_en import EARNINGS
from publisher_service.rules.words.money_en import MONEY
from publisher_service.rules.words.plans_en import PLANS

NOT_YOU = (
    "If this was not you, change your password at once and end the other sessions, on the "
    "Security page of your account."
)
ALL: Mapping[str, Words] = {
    "account.verify_email": Words(
        "Confirming an e-mail address",
        "Confirm your e-mail address",
        "Confirm your e-mail address.",
        "Hello {name},\n\nThank you for joining {brand}. All that is left is to confirm that this "
        "address is yours.\n\n[Confirm my address]({link})\n\nThis link works for {hours} hours. "
        "If "
        "you did not create an account, ignore this message: nothing will happen.",
    ),
    "account.sign_in_link": Words(
        "Sign-in link",
        "Your sign-in link",
        "Your sign-in link came by e-mail.",
        "Hello {name},\n\nHere is the link you asked for, to sign in without a password."
        "\n\n[Sign in]({link})\n\nIt works once, for {minutes} minutes. If you did not ask for it, "
        "ignore this message and pass it on to nobody.",
    ),
    "account.password_reset": Words(
        "New password",
        "Choose a new password",
        "A link to change your password came by e-mail.",
        "Hello {name},\n\nYou asked to choose a new password.\n\n[Choose a password]({link})\n\n"
        "This link works once, for {minutes} minutes. If you did not ask for it, ignore this "
        "message: your present password stays as it is.",
    ),
    "account.exists": Words(
        "Sign-up with a known address",
        "You already have an account",
        "Somebody tried to sign up with your address.",
        "Hello {name},\n\nSomebody just tried to sign up with your address, but you have an "
        "account "
        "already. If it was you, simply sign in; there you can ask for a new password."
        "\n\n[Sign in]({link})\n\nIf it was not you, there is nothing to do.",
    ),
    "account.password_changed": Words(
        "Password changed",
        "Your password was changed",
        "Your password was changed ({device}).",
        "Hello {name},\n\nYour password was changed on {at}, from {device} ({place})."
        f"\n\n{NOT_YOU}",
    ),
    "account.email_change": Words(
        "Change of address",
        "Confirm your new address",
        "Confirm your new e-mail address.",
        "Hello {name},\n\nYou would like to use this address for your {brand} account."
        "\n\n[Confirm this address]({link})\n\nThis link works for {hours} hours. Until then the "
        "old address stays. If you did not ask for this, ignore this message.",
    ),
    "account.email_changed": Words(
        "Address changed",
        "The address of your account has changed",
        "The address of your account is now {new}.",
        "Hello {name},\n\nOn {at} the address of your account was changed from {old} to {new}. "
        "Messages go to the new address from now on.\n\nIf this was not you, answer this message "
        "or "
        "write to us without delay.",
    ),
    "account.new_sign_in": Words(
        "Sign-in from a new device",
        "Sign-in from a new device",
        "New sign-in: {device}, {place}.",
        "Hello {name},\n\nSomebody signed in to your account from a device we did not know: "
        f"{{device}} ({{place}}), on {{at}}.\n\nIf it was you, all is well. {NOT_YOU}",
    ),
    "account.second_factor": Words(
        "Protection of the account changed",
        "The protection of your account has changed",
        "{what}",
        f"Hello {{name}},\n\n{{what}} That was on {{at}}.\n\n{NOT_YOU}",
    ),
    "account.invited": Words(
        "Invitation",
        "{inviter} invites you",
        "{inviter} invites you.",
        "Hello,\n\n{inviter} invites you to join {studio} on {brand}, as {role}."
        "\n\n[Accept the invitation]({link})\n\nThe invitation is good for {days} days.",
    ),
    "account.acted_as": Words(
        "An administrator acted in your name",
        "{admin} opened your account to help you",
        "{admin} opened your account for at most {minutes} minutes.",
        "Hello {name},\n\nOn {at}, {admin} opened your account for at most {minutes} minutes. "
        "Reason given: {why}\n\nMeanwhile neither your password nor your protection can be "
        "changed. "
        "Every deed is recorded.",
    ),
    "account.suspended": Words(
        "Account suspended",
        "Your account is suspended",
        "Your account is suspended.",
        "Hello {name},\n\nYour {brand} account was suspended by an administrator. You cannot sign "
        "in any more. Your data are kept.\n\nIf you think this is a mistake, answer this message.",
    ),
    "account.export_ready": Words(
        "Export of your data",
        "Your data are ready",
        "The archive of your data is ready.",
        "Hello {name},\n\nThe archive of all that we know about you is ready."
        "\n\n[Download my data]({link})\n\nIt stays there for {days} days.",
    ),
    "account.deletion_planned": Words(
        "Deletion of the account planned",
        "Your account will be deleted on {on}",
        "Your account will be deleted on {on}.",
        "Hello {name},\n\nAs you asked, your account will be deleted on {on}, with everything that "
        "belongs to it. Until then you can change your mind.\n\n[Keep my account]({link})",
    ),
    "account.deleted": Words(
        "Account deleted",
        "Your account was deleted",
        "Your account was deleted.",
        "Hello {name},\n\nYour {brand} account was deleted, as you asked. Thank you for having "
        "been "
        "with us. This is the last message you get from us.",
    ),
    "client.secret_rotated": Words(
        "An application's secret changed",
        "The secret of {client} was changed",
        "The secret of {client} was changed.",
        "Hello {name},\n\nA new secret was made for the application {client}. The old one works "
        f"until {{until}}.\n\n{NOT_YOU}",
    ),
    "film.published": Words(
        "New film",
        "{title} is online",
        "{by}: {title} is online.",
        "Hello {name},\n\n{by} has just put {title} online.\n\n[Watch the film]({url})",
    ),
    "series.episode": Words(
        "New episode",
        "{series}: {title}",
        "A new episode of {series}: {title}.",
        "Hello {name},\n\nA new episode of {series} is online: {title}."
        "\n\n[Watch the episode]({url})",
    ),
    "studio.joined": Words(
        "Joining a studio",
        "You are a member of {studio}",
        "You are a member of {studio} ({role}).",
        "Hello {name},\n\nYou are now a member of {studio}, as {role}.",
    ),
    "address.code": Words(
        "Code for a number",
        "Your code: {code}",
        "{code} is your code. It lasts {minutes} minutes. Give it to nobody.",
        "{code} is your code to get messages from {brand} on this number. It lasts {minutes} "
        "minutes. If you did not ask for it, ignore this message.",
    ),
    "address.trial": Words(
        "Trial message",
        "{brand}: trial message",
        "All is well: your notifications will arrive here.",
        "All is well: your notifications will arrive here.",
    ),
    "digest.news": Words(
        "Summary of what is new",
        "What is new from those you follow",
        "{count} new things",
        "Hello {name},\n\nHere is what came from those you follow.\n\n{items}",
    ),
    **MONEY,
    **PLANS,
    **EARNINGS,
}
WHAT: Mapping[str, str] = {
    "totp_on": "Codes from an app now protect your account.",
    "totp_off": "Codes from an app no longer protect your account.",
    "passkey_added": "A passkey was added to your account.",
    "passkey_removed": "A passkey was removed from your account.",
    "recovery_used": "A recovery code was used to open your account.",
    "recovery_renewed": "New recovery codes replace the old ones.",
    "provider_added": "Another service may now open your account.",
    "provider_removed": "Another service may no longer open your account.",
}
ROLES: Mapping[str, str] = {
    "viewer": "viewer",
    "filmmaker": "film-maker",
    "producer": "producer",
    "crew": "crew",
    "agent": "agent",
    "moderator": "moderator",
    "admin": "administrator",
    "owner": "owner",
}
UNKNOWN: Mapping[str, str] = {
    "device": "an unknown device",
    "place": "place unknown",
    "studio": "the team",
    "by": "Somebody you follow",
    "why": "none",
}
FOOTER = "You get this message because you have a {brand} account."
STRANGER = "This message was sent to you by {brand}."
CHOOSE = "Choose what you receive"
STOP = "No more of these messages"
AND = "If the button does not work, copy this address into your browser:"
# What the Telegram bot answers.
CONNECTED = "Done: notifications from {brand} arrive here. Send /stop to get no more of them."
KNOWN = "This chat is connected to {brand} already. Send /stop to disconnect it."
EXPIRED = "This link has expired. Ask {brand} for a new one: {link}"
LEFT = "Noted: {brand} does not write to you here any more."
HELLO = "To get notifications from {brand} here, connect this chat: {link}"
