"""What docs/security.md claims is shown by tests that exist."""

import re

from tests.architecture.tree import ROOT

NAMED = re.compile(r"`(test_\w+)`")
POINT = re.compile(r"^\| (?:\d|beyond).*\| (.*) \|$", re.MULTILINE)
PASSWORD = re.compile(r'field\("(?:password|current|new)",.*')
NOT_BUILT = "–"  # a point about what does not exist here
DEFINED = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)


def test_every_test_that_the_security_page_names_is_there() -> None:
    named = set(NAMED.findall((ROOT / "docs" / "security.md").read_text()))
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in DEFINED.findall(path.read_text())
    }
    assert len(named) > 40
    assert named - there == set()


def test_every_point_names_a_test_or_is_about_nothing_we_have() -> None:
    shown = POINT.findall((ROOT / "docs" / "security.md").read_text())
    assert len(shown) > 50
    assert [cell for cell in shown if cell != NOT_BUILT and not NAMED.search(cell)] == []


def test_passwords_are_hidden_named_to_managers_and_may_be_pasted() -> None:
    sites = [ROOT / "kit" / "ui", ROOT / "public_interface", ROOT / "admin_interface"]
    pages = [page.read_text() for site in sites for page in site.rglob("*.html")]
    fields = [found for page in pages for found in PASSWORD.findall(page)]
    assert len(fields) > 8
    assert [one for one in fields if 'type="password"' not in one or "-password" not in one] == []
    scripts = [script.read_text() for site in sites for script in site.rglob("*.js")]
    assert len(scripts) > 10
    assert [one for one in (*pages, *scripts) if "onpaste" in one or '"paste"' in one] == []
