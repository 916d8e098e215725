"""Render's blueprint, the compose file and the image name the same services as the folders."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from suite.environment import SECRETS
from suite.generated.settings import all_settings
from suite.services import TABLE, all_services
from tests.architecture.tree import SERVICES, text

COMPOSE: dict[str, Any] = yaml.safe_load(text(Path("docker-compose.yml")))
RENDER: dict[str, Any] = yaml.safe_load(text(Path("render.yaml")))
RUNNING = {
    one["command"][1]: one
    for one in COMPOSE["services"].values()
    if one.get("command", "")[0:1] == ["run"]
}


def _on_render() -> dict[str, Any]:
    return {
        one["dockerCommand"].split()[-1]: one
        for one in RENDER["services"]
        if "dockerCommand" in one
    }


def test_compose_runs_every_service() -> None:
    assert sorted(RUNNING) == SERVICES


def test_render_runs_every_service() -> None:
    assert sorted(_on_render()) == SERVICES


@pytest.mark.parametrize("service", all_services(), ids=lambda service: service.folder)
def test_a_service_listens_in_compose_where_the_others_look_for_it(service) -> None:
    running = RUNNING[service.folder]
    assert f":{service.port}/health" in running["healthcheck"]["test"][-1]
    assert running["environment"].get(service.url_name, "").endswith(f":{service.port}")


@pytest.mark.parametrize("service", all_services(), ids=lambda service: service.folder)
def test_every_database_is_made_and_given_in_compose(service) -> None:
    if service.database is None:
        return
    assert f"CREATE DATABASE {service.database};" in COMPOSE["configs"]["databases"]["content"]
    given = RUNNING[service.folder]["environment"][f"{service.prefix}DATABASE_URL"]
    assert given.startswith(f"postgresql://postgres@/{service.database}?")


def test_no_secret_stands_in_the_compose_file() -> None:
    assert set(COMPOSE["secrets"]) == set(SECRETS)
    values = {name for one in RUNNING.values() for name in one["environment"]}
    assert not values & set(SECRETS)


def test_containers_can_write_only_where_they_must() -> None:
    for name, running in RUNNING.items():
        assert running["read_only"], name
        assert running["cap_drop"] == ["ALL"], name


def test_tls_stands_before_what_browsers_call() -> None:
    caddy = text(Path("Caddyfile"))
    reached = {one.folder for one in TABLE if f"reverse_proxy {one.folder}:{one.port}" in caddy}
    assert {"public_interface", "admin_interface", "transcoder_service", "gateway"} <= reached


@pytest.mark.parametrize("service", all_services(), ids=lambda service: service.folder)
def test_render_keeps_private_what_no_browser_calls(service) -> None:
    found = _on_render()[service.folder]
    assert found["type"] == ("web" if service.is_public else "pserv")
    assert "rootDir" not in found
    assert f"{service.folder}/**" in found["buildFilter"]["paths"]


def test_every_setting_is_on_render() -> None:
    groups = RENDER["envVarGroups"]
    shared = {one["key"] for group in groups for one in group["envVars"]}
    for setting in all_settings():
        for folder in setting.services:
            own = {one.get("key") for one in _on_render()[folder]["envVars"]}
            names = {setting.name, setting.name.removesuffix("_URL") + "_HOSTPORT"}
            assert names & (own | shared), f"{setting.name} of {folder}"


def test_both_sides_of_the_library_have_the_same_keys_on_render() -> None:
    catalog = {one.get("key"): one for one in _on_render()["catalog_service"]["envVars"]}
    assert catalog["BUNNY_API_KEY"]["fromService"]["envVarKey"] == "TRANSCODER_API_KEY"


def test_the_image_is_nobody_special_and_of_a_python_that_we_support() -> None:
    image = text(Path("Dockerfile"))
    assert "\nUSER karangou\n" in image
    asked = tomllib.loads(text(Path("pyproject.toml")))["project"]["requires-python"]
    assert asked == ">=3.11"
    assert "FROM python:3.12-slim" in image
