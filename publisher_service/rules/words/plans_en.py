"""The words of subscriptions and gift cards, in English."""

from collections.abc import Mapping

from publisher_service.rules.words import Words

PLANS: Mapping[str, Words] = {
    "subscription.started": Words(
        "Subscription begun",
        "Your subscription {plan} begins",
        "Your subscription {plan} begins. Enjoy the films!",
        "Hello {name},\n\nYour subscription {plan} begins: all VIP films are open to you until "
        "{until}. We shall write before it ends.\n\n[See my subscription]({url})",
    ),
    "subscription.renewal_due": Words(
        "Subscription to renew",
        "Your subscription {plan} ends on {on}",
        "Your subscription {plan} ends on {on}. Renew it for {amount}.",
        "Hello {name},\n\nYour subscription {plan} ends on {on}. Mobile money cannot be taken by "
        "itself: to go on, pay {amount} in one tap.\n\n[Renew]({link})\n\nIf you do nothing, it "
        "simply ends.",
    ),
    "subscription.renewing": Words(
        "Automatic renewal",
        "Your subscription {plan} will be renewed on {on}",
        "Your card will be charged {amount} on {on}.",
        "Hello {name},\n\nYour subscription {plan} will be renewed on {on}: your card will be "
        "charged {amount}. There is nothing to do.\n\n[See my subscription]({url})",
    ),
    "subscription.past_due": Words(
        "Subscription not paid",
        "Your subscription {plan} waits for its payment",
        "Pay {amount} before {on} to keep your subscription {plan}.",
        "Hello {name},\n\nThe payment for your subscription {plan} has not come. VIP films stay "
        "open to you until {on}. Amount: {amount}.\n\n[Pay]({link})",
    ),
    "subscription.ended": Words(
        "Subscription ended",
        "Your subscription {plan} has ended",
        "Your subscription {plan} has ended.",
        "Hello {name},\n\nYour subscription {plan} has ended. You can come back whenever you like."
        "\n\n[See the plans]({url})",
    ),
    "gift_card.received": Words(
        "Gift card received",
        "{giver} gives you a gift card of {amount}",
        "{giver} gives you a gift card of {amount}.",
        "Hello,\n\n{giver} gives you a {brand} gift card of {amount}.\n\n{message}\n\n"
        "Your code: {code}\n\n[Use the card]({link})",
    ),
}
