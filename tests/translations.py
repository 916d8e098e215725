"""What a front-end says, and what is missing in its English.

`python -m tests.translations public_interface` prints the entries that `locale/en.po` lacks.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
PYTHON = {"mark": None, "words": None, "say": None, "plural": (1, 2), "form": (1, 2)}
TEMPLATES = {"_": None, "gettext": None, "ngettext": (1, 2)}
Message = str | tuple[str, ...]


def said(*folders: Path) -> dict[Message, str]:
    """Return every text for people in these folders, with the file it stands in."""
    found: dict[Message, str] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            found |= _texts("python", path, PYTHON, {})
        for path in sorted(folder.rglob("templates/**/*.html")):
            found |= _texts("jinja2.ext:babel_extract", path, TEMPLATES, {"silent": "false"})
    return found


def english(folder: Path) -> Catalog:
    home = folder / "ui" if folder.name == "kit" else folder
    with (home / "locale" / "en.po").open("rb") as file:
        return read_po(file, locale="en")


def missing(folder: Path) -> list[str]:
    """Return the entries that the English of a front-end (or of the kit) lacks, to fill in."""
    known = {folder, ROOT / "kit"}
    words = {message.id: message for each in known for message in english(each) if message.string}
    fuzzy = {message.id for message in words.values() if message.fuzzy}
    return [
        f"#: {where}\n{_entry(text)}"
        for text, where in said(folder).items()
        if text not in words or text in fuzzy
    ]


def _texts(method: str, path: Path, keywords, options) -> dict[Message, str]:
    rows = extract_from_file(method, path, keywords=keywords, options=options)
    where = path.relative_to(ROOT).as_posix()
    return {_message(text): where for _, text, _, _ in rows if text}


def _message(text: str | tuple[str, ...] | list[str]) -> Message:
    return text if isinstance(text, str) else tuple(text)


def _entry(text: Message) -> str:
    if isinstance(text, str):
        return f'msgid "{_quoted(text)}"\nmsgstr ""\n'
    one, many = map(_quoted, text)
    return f'msgid "{one}"\nmsgid_plural "{many}"\nmsgstr[0] ""\nmsgstr[1] ""\n'


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


if __name__ == "__main__":
    sys.stdout.write("\n".join(missing(ROOT / sys.argv[1])))
