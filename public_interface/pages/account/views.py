"""What several pages of an account show alike."""

from kit.schema import Schema


class LinkView(Schema):
    """The page of a one-time link: what it does, and one button."""

    title: str
    text: str
    action: str
    asks_name: bool = False
    asks_password: bool = False
    name: str = ""
    sign_in_href: str = ""
    """Where to sign in first, instead of the button."""
    trouble: str = ""
    errors: dict[str, str] = {}
