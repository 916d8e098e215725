"""The component library: every component renders, and keeps the rules for colour and size."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from markupsafe import Markup

from kit.site.app import used_components
from kit.site.brand import contrast
from kit.site.cells import labelled
from tests.kit.trial import FOLDER, a_site

UI = Path("kit/ui")
TOKENS = (UI / "static/css/tokens.css").read_text()


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return a_site()


def rendered(app: FastAPI, call: str, name: str, language: str = "fr") -> str:
    site = app.state.site
    site.icons.begin()
    source = f'{{% from "components/{name}.html" import {name.replace("-", "_")} %}}{call}'
    return str(site.environments[language].from_string(source).render())


@pytest.mark.parametrize(
    ("name", "call", "expected"),
    [
        ("button", '{{ button("Lire", "/x", symbol="play") }}', '<a class="button"'),
        ("button", '{{ button("Lire", icon_only=True, symbol="x") }}', 'aria-label="Lire"'),
        ("field", '{{ field("title", "Titre", error="Nécessaire") }}', 'aria-invalid="true"'),
        (
            "field",
            '{{ field("title", "Titre", hint="Court") }}',
            'aria-describedby="f-title-about"',
        ),
        ("select", '{{ select("l", "Langue", [("fr", "Français")], "fr") }}', "selected"),
        ("checkbox", '{{ checkbox("a", "Tout", checked=True, count=3) }}', "checked"),
        ("access", '{{ access("vip") }}', "VIP"),
        ("access", '{{ access("ppv", "500 F") }}', "500 F"),
        ("access", '{{ access("public") }}', "Libre"),
        ("badge", '{{ badge("Prêt", "success") }}', 'data-tone="success"'),
        ("notice", '{{ notice("Fait", "danger") }}', 'role="alert"'),
        ("tabs", '{{ tabs([("Tout", "/", True, 3)], "Vues") }}', 'aria-current="page"'),
        ("table", '{% call table("Films", [("Titre", "")]) %}<tr></tr>{% endcall %}', "<caption"),
        ("pagination", '{{ pagination("/next") }}', 'href="/next"'),
        ("pagination", "{{ pagination() }}", ""),
        ("dialog", '{% call dialog("d", "Sûr ?") %}x{% endcall %}', 'aria-labelledby="d-title"'),
        ("menu", '{% call menu("Plus") %}<li></li>{% endcall %}', "<summary"),
        ("progress", '{{ progress("Envoi", 40) }}', 'value="40"'),
        ("blank", '{{ blank("Rien", "Pas encore", "Créer", "/new", "reel") }}', "<h2>Rien</h2>"),
        ("facts", '{{ facts(["2024", "", "1 h"]) }}', "<span>2024</span><span>1 h</span>"),
        ("breadcrumbs", '{{ breadcrumbs([("A", "/"), ("B", "")]) }}', 'aria-current="page"'),
        ("stat", '{{ stat("Films", 12) }}', "<strong>12</strong>"),
        ("code-input", '{{ code_input("Code", error="Faux") }}', 'aria-invalid="true"'),
        ("form-errors", '{{ form_errors({"title": "Nécessaire"}) }}', 'href="#f-title"'),
        ("icon", '{{ icon("no-such-icon") }}', "#i-dot"),
        ("skeleton", '{{ skeleton("posters", 4) }}', 'aria-hidden="true"'),
        ("toast", "{{ toast() }}", 'aria-live="polite"'),
        ("strip", "{{ strip() }}", 'aria-hidden="true"'),
    ],
)
def test_a_component_shows_what_it_is_for(
    app: FastAPI, name: str, call: str, expected: str
) -> None:
    assert expected in rendered(app, call, name)


def test_what_people_wrote_is_never_markup(app: FastAPI) -> None:
    evil = "<img src=x onerror=alert(1)>"
    for name, call in (
        ("button", f"{{{{ button({evil!r}) }}}}"),
        ("field", f"{{{{ field('a', {evil!r}, {evil!r}) }}}}"),
        ("facts", f"{{{{ facts([{evil!r}]) }}}}"),
        ("icon", f"{{{{ icon({evil!r}) }}}}"),
    ):
        assert "<img" not in rendered(app, call, name)


def test_a_page_carries_the_icons_it_shows_and_no_others(app: FastAPI) -> None:
    rendered(app, '{{ icon("play") }}{{ icon("play") }}', "icon")
    assert app.state.site.icons.sprite().count("<symbol") == 1


def test_a_sheet_holds_the_components_of_its_pages(app: FastAPI) -> None:
    assert {"button", "csrf", "icon", "blank", "motif"} <= used_components(UI, FOLDER)["app.css"]
    sheet = app.state.site.assets.files["app.css"].decode()
    assert ".button{" in sheet
    assert ".hero{" not in sheet


def themes() -> dict[str, dict[str, str]]:
    night, _, rest = TOKENS.partition(':root[data-theme="light"]')
    day = rest.partition("@media")[0]
    found = {"night": dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", night))}
    found["day"] = found["night"] | dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", day))
    return found


@pytest.mark.parametrize("theme", ["night", "day"])
@pytest.mark.parametrize("ground", ["ground", "raised", "lifted"])
@pytest.mark.parametrize("ink", ["text", "quiet", "accent-text", "link", "success", "danger"])
def test_every_text_colour_can_be_read_on_every_surface(theme: str, ground: str, ink: str) -> None:
    colours = themes()[theme]
    assert contrast(colours[ink], colours[ground]) >= 4.5


def test_the_button_of_the_one_action_can_be_read() -> None:
    night = themes()["night"]
    assert contrast(night["on-accent"], night["accent"]) >= 4.5


def test_day_and_the_systems_day_are_the_same() -> None:
    explicit = TOKENS.partition(':root[data-theme="light"] {')[2].partition("}")[0]
    system = TOKENS.partition(':root[data-theme="auto"] {')[2].partition("}")[0]
    assert explicit.split() == system.split()


def test_cells_say_their_column_unless_they_have_more_than_one() -> None:
    rows = Markup(
        '<tr><th scope="row">A</th><td class="number">1</td><td></td></tr>\n'
        '<tr><th colspan="2">Total</th><td class="number">2</td></tr>\n'
        '<tr><td colspan="3">Rien</td></tr>'
    )
    found = labelled(rows, [("Quoi", ""), ("Prix & taxe", "number"), ("", "")])
    assert str(found) == (
        '<tr><th scope="row">A</th><td class="number" data-label="Prix &amp; taxe">1</td>'
        "<td></td></tr>\n"
        '<tr><th colspan="2">Total</th><td class="number">2</td></tr>\n'
        '<tr><td colspan="3">Rien</td></tr>'
    )
