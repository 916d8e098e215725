"""Which tables a service has, and which of those in its database are not its own."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import ModuleType

from sqlalchemy import MetaData

from suite.errors import Stop

QUEUE = "pgqueuer"  # tables, types and sequences of kit.jobs begin so


def metadata_of(service: str) -> MetaData:
    """Return the tables of `service`: `Table.metadata`, with every module of models read."""
    for module in _modules(f"{service}.models"):
        table = getattr(module, "Table", None)
        if isinstance(metadata := getattr(table, "metadata", None), MetaData):
            return metadata
    raise Stop(f"{service}/models.py has no class `Table` from which its tables inherit.")


def is_ours(name: str | None, kind: str, parents: Mapping[str, str | None]) -> bool:
    """Say whether alembic should compare the thing of that name with the models."""
    return kind != "table" or not (name or "").startswith((QUEUE, "kit_"))


def _modules(name: str) -> Iterator[ModuleType]:
    root = importlib.import_module(name)
    inside = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(getattr(root, "__path__", []), f"{name}.")
    ]
    yield root
    yield from inside
