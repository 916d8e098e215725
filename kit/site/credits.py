"""Credits as people write them: "Réalisation : Awa Diop", "Cast: Kofi Mensah (the father)"."""

from kit.contracts.catalog.films import Credit

# What the catalogue calls a role, and how French and English say it.
ROLES = {
    "director": ("Réalisation", "Directed by"),
    "cast": ("Avec", "With"),
    "writer": ("Scénario", "Written by"),
    "music": ("Musique", "Music"),
    "producer": ("Production", "Produced by"),
    "photography": ("Image", "Photography"),
    "editor": ("Montage", "Editing"),
}
_KNOWN = {name.casefold(): role for role, names in ROLES.items() for name in (role, *names)}


def role_in(language: str, role: str) -> str:
    """Return how "fr" or "en" says a role; one that is not in the table stays as it is."""
    names = ROLES.get(role.casefold())
    return names[language == "en"] if names else role


def role_of(words: str) -> str:
    """Return the role that somebody named in either language."""
    return _KNOWN.get(words.strip().casefold(), words.strip())


def line(credit: Credit, language: str) -> str:
    """Return a credit as one writes it in that language."""
    colon = " : " if language == "fr" else ": "
    part = f" ({credit.character})" if credit.character else ""
    return f"{role_in(language, credit.role)}{colon}{credit.name}{part}"
