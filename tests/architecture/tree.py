"""What there is in the tree, for the tests of its laws."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SERVICES = sorted(path.parent.name for path in ROOT.glob("*/app.py"))
OURS = ("kit", "suite", *SERVICES)
SOURCES = sorted(path.relative_to(ROOT) for name in OURS for path in (ROOT / name).rglob("*.py"))
TEMPLATES = sorted(
    path.relative_to(ROOT)
    for name in OURS
    for path in (ROOT / name).rglob("*.html")
    if "templates" in path.parts
)


@cache
def text(path: Path) -> str:
    return (ROOT / path).read_text()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
