"""Files that follow from the code are up to date, and contracts only grow."""

from pathlib import Path

import pytest

from suite.generated import contracts, files
from suite.generated.settings import all_settings
from tests.architecture.tree import ROOT

SAY = "run `./karangou generate`"
MODEL = {"Film": {"properties": {"id": {}, "title": {}}, "required": ["id"]}}


@pytest.mark.parametrize("path", files.texts(), ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_generated_is_up_to_date(path: Path) -> None:
    assert path.read_text() == files.texts()[path], SAY


@pytest.mark.parametrize("name", contracts.contract_names())
def test_a_contract_takes_nothing_from_its_readers(name: str) -> None:
    before, now = contracts.committed(name), contracts.schemas(name)
    assert list(contracts.losses(before, now)) == []
    assert contracts.text(before) == contracts.text(now), SAY


@pytest.mark.parametrize(
    ("now", "loss"),
    [
        ({}, "Film is gone"),
        ({"Film": {"properties": {"id": {}}, "required": ["id"]}}, "Film.title is gone"),
        (
            {"Film": {"properties": {"id": {}, "title": {}}, "required": ["id", "title"]}},
            "Film.title has become required",
        ),
    ],
)
def test_a_loss_is_told(now: contracts.Schemas, loss: str) -> None:
    assert list(contracts.losses(MODEL, now)) == [loss]


def test_growing_is_no_loss() -> None:
    bigger: contracts.Schemas = {
        "Film": {"properties": {"id": {}, "title": {}, "year": {}}},
        "Series": {},
    }
    assert list(contracts.losses(MODEL, bigger)) == []


def test_every_setting_says_what_it_is() -> None:
    assert [one.name for one in all_settings() if not one.description] == []


@pytest.mark.parametrize("path", files.texts(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_generated_names_the_folder_it_was_made_in(path: Path) -> None:
    assert str(ROOT) not in files.texts()[path]
