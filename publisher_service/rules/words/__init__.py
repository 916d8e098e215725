"""What every kind of notice says, as it comes with the suite; administrators may change it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """`{name}` is a value; in `body` an empty line ends a paragraph and a line `[Words]({link})`
    becomes a button. `title` names the kind where people choose what they want to hear of.
    """

    title: str
    subject: str
    brief: str
    body: str
