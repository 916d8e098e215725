"""What the launcher says, in one sentence, when it cannot go on."""


class Stop(Exception):
    """The launcher cannot go on; the message says why and what to do."""
