"""What a form needs that connects an account on a network, in every language of the suite."""

from kit.schema import Schema


class Words(Schema):
    """The same in every language of the suite."""

    fr: str = ""
    en: str = ""


class CredentialField(Schema):
    """One thing a network asks for when an account is connected: what a form needs to ask for it.

    `help` says where it is found; `example` what it looks like, empty for secrets.
    """

    name: str
    is_secret: bool
    is_required: bool
    label: Words = Words()
    help: Words = Words()
    example: str = ""
