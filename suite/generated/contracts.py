"""The JSON schemas of all contracts, and what a change would take away from their readers."""

import importlib
import json
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from kit import contracts
from suite.services import ROOT

FOLDER = ROOT / "kit" / "contracts" / "schemas"
Schemas = dict[str, Any]


def contract_names() -> list[str]:
    return sorted(found.name for found in pkgutil.iter_modules(contracts.__path__))


def schemas(name: str) -> Schemas:
    """Return the schema of every wire model of that contract, by its name."""
    kinds = {
        kind.__qualname__: kind
        for module in _modules(f"kit.contracts.{name}")
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, BaseModel)
        and kind.__module__.startswith(f"kit.contracts.{name}")
        and not kind.__name__.startswith("_")
    }
    _, found = models_json_schema([(kinds[name], "validation") for name in sorted(kinds)])
    definitions: Schemas = found["$defs"]
    return definitions


def committed(name: str) -> Schemas:
    path = _path(name)
    found: Schemas = json.loads(path.read_text()) if path.exists() else {}
    return found


def text(found: Mapping[str, Any]) -> str:
    return json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def losses(before: Schemas, now: Schemas) -> Iterator[str]:
    """Yield what a reader of `before` would miss in `now`, or have to send anew."""
    for name, model in before.items():
        if name not in now:
            yield f"{name} is gone"
            continue
        had, has = model.get("properties", {}), now[name].get("properties", {})
        yield from (f"{name}.{field} is gone" for field in had.keys() - has.keys())
        required = set(now[name].get("required", ())) - set(model.get("required", ()))
        yield from (f"{name}.{field} has become required" for field in sorted(required))


def write(name: str) -> Path:
    FOLDER.mkdir(exist_ok=True)
    _path(name).write_text(text(schemas(name)))
    return _path(name)


def _path(name: str) -> Path:
    return FOLDER / f"{name}.json"


def _modules(name: str) -> Iterator[ModuleType]:
    root = importlib.import_module(name)
    yield root
    for found in pkgutil.walk_packages(getattr(root, "__path__", []), f"{name}."):
        yield importlib.import_module(found.name)
