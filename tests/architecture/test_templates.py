"""The laws of templates, style sheets and scripts."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from tests.architecture.tree import OURS, ROOT, TEMPLATES, text

COMPONENTS = [path for path in TEMPLATES if path.parent.name == "components"]
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", re.IGNORECASE)
ELEMENT = re.compile(r"customElements\.define\(\s*[\"']([a-z-]+)[\"']")
BEHAVIOURS = sorted(
    path.relative_to(ROOT) for name in OURS for path in (ROOT / name).rglob("js/elements/*.js")
)
SHEETS = sorted(path.relative_to(ROOT) for name in OURS for path in (ROOT / name).rglob("*.css"))


def _parsed(path: Path) -> nodes.Template:
    return Environment(autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do"]).parse(
        text(path)
    )


@pytest.mark.parametrize("path", COMPONENTS, ids=str)
def test_a_component_file_holds_one_macro_of_its_own_name(path: Path) -> None:
    macros = [macro.name for macro in _parsed(path).find_all(nodes.Macro)]
    assert macros == [path.stem.replace("-", "_")]


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_every_imported_macro_is_used(path: Path) -> None:
    template = _parsed(path)
    imported = {
        name if isinstance(name, str) else name[1]
        for statement in template.find_all(nodes.FromImport)
        for name in statement.names
    }
    used = {name.name for name in template.find_all(nodes.Name) if name.ctx == "load"}
    assert imported <= used


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_no_script_and_no_style_stands_in_a_template(path: Path) -> None:
    if "emails" in path.parts or path.stem.startswith("sheet"):
        return  # a mail and a print sheet have no style sheet beside them
    assert not INLINE.findall(re.sub(r"\{#.*?#\}", "", text(path), flags=re.DOTALL))


@pytest.mark.parametrize("path", BEHAVIOURS, ids=str)
def test_an_element_is_named_like_its_file(path: Path) -> None:
    assert ELEMENT.findall(text(path)) == [path.stem]


@pytest.mark.parametrize("path", SHEETS, ids=str)
def test_a_style_sheet_shouts_nowhere(path: Path) -> None:
    assert "!important" not in text(path)
