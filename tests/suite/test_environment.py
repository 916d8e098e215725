"""The variables of one machine: secrets made once, people's wishes first, the rest worked out."""

import stat
from pathlib import Path

import pytest

from publisher_service.rules.push import vapid_key
from suite.environment import Place, open_place
from suite.errors import Stop
from suite.services import all_services, find


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Hide the variables of whoever runs the tests."""
    for name in ("SUITE_SECRET", "ACCOUNTS_PORT", "ACCOUNTS_URL", "BUNNY_API_URL"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_secrets_are_made_once(tmp_path: Path, quiet: pytest.MonkeyPatch) -> None:
    first = open_place(tmp_path)
    assert open_place(tmp_path).variables == first.variables


def test_secrets_are_for_the_owner_alone(tmp_path: Path, quiet: pytest.MonkeyPatch) -> None:
    open_place(tmp_path)
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600


def test_two_suites_have_different_secrets(tmp_path: Path, quiet: pytest.MonkeyPatch) -> None:
    secrets = {open_place(tmp_path / name).variables["SUITE_SECRET"] for name in "ab"}
    assert len(secrets) == 2


def test_both_sides_of_the_video_library_have_the_same_keys(tmp_path: Path) -> None:
    found = open_place(tmp_path).variables
    assert found["TRANSCODER_API_KEY"] == found["BUNNY_API_KEY"]
    assert found["TRANSCODER_CDN_KEY"] == found["BUNNY_CDN_KEY"]


def test_what_signs_web_pushes_is_a_key(tmp_path: Path, quiet: pytest.MonkeyPatch) -> None:
    quiet.delenv("PUBLISHER_VAPID_PRIVATE_KEY", raising=False)
    found = open_place(tmp_path).variables["PUBLISHER_VAPID_PRIVATE_KEY"]
    assert vapid_key(found).key_size == 256


def test_a_key_of_bunny_is_kept(tmp_path: Path, quiet: pytest.MonkeyPatch) -> None:
    quiet.setenv("BUNNY_API_KEY", "theirs")
    found = open_place(tmp_path).variables
    assert found["BUNNY_API_KEY"] == "theirs"
    assert found["TRANSCODER_API_KEY"] != "theirs"


def test_the_environment_wins_over_the_file(tmp_path: Path, quiet: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings.env").write_text("BRAND_NAME=File\nCODE_PREFIX='AB'\n# a word\n")
    quiet.setenv("BRAND_NAME", "Shell")
    found = open_place(tmp_path).variables
    assert (found["BRAND_NAME"], found["CODE_PREFIX"]) == ("Shell", "AB")


def test_a_moved_port_moves_the_address_others_use(
    tmp_path: Path, quiet: pytest.MonkeyPatch
) -> None:
    quiet.setenv("ACCOUNTS_PORT", "6066")
    assert open_place(tmp_path).variables["ACCOUNTS_URL"] == "http://127.0.0.1:6066"


def test_a_moved_port_moves_where_payers_pay_and_staff_look(
    tmp_path: Path, quiet: pytest.MonkeyPatch
) -> None:
    for name in ("PAYMENTS_PUBLIC_URL", "SENTINEL_PUBLIC_URL"):
        quiet.delenv(name, raising=False)
    quiet.setenv("PAYMENTS_PORT", "6164")
    quiet.setenv("SENTINEL_PORT", "6159")
    found = open_place(tmp_path).variables
    assert found["PAYMENTS_PUBLIC_URL"] == "http://127.0.0.1:6164"
    assert found["SENTINEL_PUBLIC_URL"] == "http://127.0.0.1:6159"


def test_an_empty_secrets_file_is_damage(tmp_path: Path, quiet: pytest.MonkeyPatch) -> None:
    (tmp_path / "secrets.env").touch()
    with pytest.raises(Stop, match="is damaged: it is empty"):
        open_place(tmp_path)


def test_rubbish_in_a_file_is_damage_with_its_line(
    tmp_path: Path, quiet: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secrets.env").write_text("SUITE_SECRET=x\n\x00\x01\n")
    with pytest.raises(Stop, match="damaged in line 2"):
        open_place(tmp_path)


def test_a_file_where_the_data_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    with pytest.raises(Stop, match="is not a folder"):
        open_place(tmp_path / "var")


def test_a_port_that_is_no_number(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="ACCOUNTS_PORT is no number"):
        Place(tmp_path, {"ACCOUNTS_PORT": "http"}).port(find("accounts_service"))


def test_a_service_goes_by_its_short_name_too() -> None:
    assert find("accounts") is find("accounts_service")


def test_an_unknown_service_names_those_there_are() -> None:
    with pytest.raises(Stop, match="there are accounts_service"):
        find("nobody")


@pytest.mark.parametrize("service", all_services(), ids=lambda service: service.folder)
def test_the_table_knows_the_port_of_each_service(service) -> None:
    assert service.settings.model_fields["port"].default == service.port
    assert service.folder == service.settings.SERVICE
