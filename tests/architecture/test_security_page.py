"""What docs/security.md claims is shown by tests that exist."""

import re

from tests.architecture.tree import ROOT

NAMED = re.compile(r"`(test_\w+)`")
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
