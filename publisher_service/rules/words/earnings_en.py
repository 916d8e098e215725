"""The words of receipts, refunds, earnings and payouts."""

from collections.abc import Mapping

from publisher_service.rules.words import Words

EARNINGS: Mapping[str, Words] = {
    "money.receipt": Words(
        "Receipt of a purchase",
        "Your receipt: {title}, {amount}",
        "Payment of {amount} received for {title}.",
        "Hello,\n\nThank you! We have received {amount} for {title}. Invoice {number} is ready."
        "\n\n[See my order and the invoice]({link})",
    ),
    "money.refunded": Words(
        "Refund",
        "Refund of {amount}",
        "{amount} are given back to you for {title}.",
        "Hello,\n\n{amount} are given back to you for {title}, the way you chose. Credit note "
        "{number} is ready. Depending on the operator or bank the money arrives within minutes or "
        "days.\n\n[See my order and the credit note]({link})",
    ),
    "money.share": Words(
        "Share of a film",
        "Your share of {title}: {share}",
        "Your share of what {title} earns is now {share}.",
        "Hello {name},\n\nYour share of what the makers of {title} earn is now {share}. If this "
        "surprises you, talk to the film's production or write to us.\n\n"
        "[See my earnings]({link})",
    ),
    "money.statement": Words(
        "Monthly statement",
        "Your earnings statement is ready",
        "Your statement is ready; balance: {amount}.",
        "Hello {name},\n\nThe statement of the month that began on {on} is ready. Your balance at "
        "the end of the month: {amount}.\n\n[See my statement]({link})",
    ),
    "money.payout_account": Words(
        "Payout number changed",
        "Your earnings will be paid to another number",
        "Your earnings will be paid to the number {number}.",
        "Hello {name},\n\nYour earnings will be paid to the number {number} from now on. To be "
        "careful, nothing is paid there before {until}.\n\nIf this was not you, change your "
        "password and write to us without delay.",
    ),
    "money.paid_out": Words(
        "Payout arrived",
        "{amount} were paid to you",
        "{amount} were paid to you.",
        "Hello {name},\n\n{amount} of your earnings were paid to your payout number. Thank you for "
        "your films!",
    ),
    "money.payout_failed": Words(
        "Payout failed",
        "Your payout of {amount} could not be made",
        "The payout of {amount} could not be made; the money is still yours.",
        "Hello {name},\n\nThe payout of {amount} could not be made. Reason: {why}. The money is in "
        "your balance again: check your payout number, then ask for it once more.",
    ),
}
