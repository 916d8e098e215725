"""The laws of the tree that no linter knows."""

import ast
import tomllib
from pathlib import Path

import pytest

from suite.services import TABLE
from tests.architecture.tree import ROOT, SERVICES, SOURCES, functions, text, tree

FILE_LINES = 300
FUNCTION_LINES = 40
# Where a transaction ends: the edge of a request, of a job, of a stream, and the store of tokens.
EDGES = ("kit/", "suite/", "tokens_service/providers/")
RULES = [path for path in SOURCES if "rules" in path.with_suffix("").parts]


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_file_can_be_read_in_one_go(path: Path) -> None:
    assert text(path).count("\n") <= FILE_LINES or "versions" in path.parts  # a list of tables


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_function_fits_on_a_page(path: Path) -> None:
    long = [
        f"{one.name} ({one.end_lineno - one.lineno + 1} lines)"
        for one in functions(path)
        if one.end_lineno is not None and one.end_lineno - one.lineno >= FUNCTION_LINES
    ]
    assert not long or "versions" in path.parts  # a migration is a list, however long


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_every_module_says_in_its_first_line_what_it_is(path: Path) -> None:
    assert ast.get_docstring(tree(path)) or path.match("**/migrations/versions/*")


@pytest.mark.parametrize("path", RULES, ids=str)
def test_rules_never_wait(path: Path) -> None:
    assert not [one.name for one in functions(path) if isinstance(one, ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_only_the_edge_commits(path: Path) -> None:
    calls = (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
    names = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)}
    assert not names & {"commit", "rollback"} or path.as_posix().startswith(EDGES)


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_middleware_is_pure_asgi(path: Path) -> None:
    names = {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)}
    assert "BaseHTTPMiddleware" not in names


def test_the_launcher_knows_every_service() -> None:
    known = {service.folder for service in TABLE}
    assert set(SERVICES) <= known
    assert len({service.port for service in TABLE}) == len(TABLE)


def test_every_service_is_under_the_import_rules() -> None:
    rules = tomllib.loads(text(Path("pyproject.toml")))["tool"]["importlinter"]
    assert sorted(rules["root_packages"]) == sorted(["kit", *SERVICES])
    layers, inside = rules["contracts"][0], rules["contracts"][1]
    assert sorted(layers["layers"][0].split(" | ")) == SERVICES
    assert sorted(inside["containers"]) == SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_its_page_in_the_docs(service: str) -> None:
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")}
    short = service.removesuffix("_service").removesuffix("_interface")
    assert pages & {service, short, {"public": "portal", "admin": "dashboard"}.get(short, short)}
