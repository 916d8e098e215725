"""Why a payment did not come, read from the many words that providers have for it. Pure."""

import re

# The first that is found counts; words are compared without case, blanks, hyphens and underscores.
WORDS = (
    ("insufficient_funds", ("insufficient", "notenough", "lowbalance", "soldeinsuffisant")),
    ("wrong_pin", ("wrongpin", "invalidpin", "incorrectpin", "pinerror", "wrongpassword")),
    (
        "wrong_number",
        (
            "payernotfound", "payeenotfound", "phonenumber", "msisdn", "invalidnumber",
            "recipientmobile", "subscribernot", "accountnotfound", "unregistered", "mobilemismatch",
        ),
    ),
    ("limit_reached", ("limit", "plafond", "exceed", "maxbalance", "toolow", "toohigh")),
    ("currency", ("currency", "devise")),
    ("expired", ("expire", "timeout", "timedout", "couldnotperform")),
    ("cancelled", ("cancel", "annul", "abandon", "aborted", "approvalrejected")),
    (
        "operator_down",
        (
            "unavailable", "serviceerror", "internalprocessing", "internalerror", "maintenance",
            "networkerror", "systemerror", "providererror",
        ),
    ),
    (
        "not_configured",
        ("unauthorized", "authentication", "apikey", "forbidden", "targetenvironment"),
    ),
)  # fmt: skip
OTHER_THAN_WORDS = re.compile(r"[^a-zà-ÿ]")


def reason_in(*words: str) -> str:
    """Return one of the protocol's reasons; `refused` for words that say nothing we know."""
    said = OTHER_THAN_WORDS.sub("", " ".join(words).lower())
    for reason, signs in WORDS:
        if any(sign in said for sign in signs):
            return reason
    return "refused"
