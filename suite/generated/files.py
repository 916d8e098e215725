"""Write what is generated; a test says when it is out of date."""

from collections.abc import Mapping
from pathlib import Path

from suite.errors import Stop
from suite.generated import contracts, render, settings
from suite.services import ROOT


def texts() -> Mapping[Path, str]:
    """Return every generated file but the contracts' schemas, with the text it should have."""
    return {
        ROOT / "docs" / "settings.md": settings.document(),
        ROOT / "render.yaml": render.blueprint(),
    }


def write_all(*, may_shrink: bool = False) -> list[Path]:
    """Write everything; refuse to write a contract that takes something from its readers."""
    for name in contracts.contract_names():
        lost = list(contracts.losses(contracts.committed(name), contracts.schemas(name)))
        if lost and not may_shrink:
            raise Stop(f"The contract {name} only grows, but {'; '.join(lost)}.")
    found = texts()
    for path, text in found.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return [*found, *map(contracts.write, contracts.contract_names())]
