"""Every setting of the suite, read from the Settings classes, and the page that lists them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from kit.settings import WEAK
from suite.services import Service, all_services

TITLE = """# Settings

Every variable that the suite reads. Made by `./karangou generate` from the Settings classes; a test
keeps it true. Nothing has to be set on one machine: `./karangou up` makes the secrets and works out
the addresses. People's own wishes go into the environment, or as NAME=value lines into
`settings.env` in the data folder. In containers, each may also be a file of its name in
`/run/secrets`. `ENVIRONMENT=production` refuses weak secrets.
"""


@dataclass(frozen=True)
class Setting:
    """One variable; `services`: who reads it."""

    name: str
    default: str
    description: str
    is_secret: bool
    services: tuple[str, ...]

    @property
    def value(self) -> str:
        """Return the default as one would write it down."""
        return self.default.strip("`") if self.default.startswith("`") else ""


def settings_of(service: Service) -> list[Setting]:
    return [
        Setting(
            name=_variable(service, name, field),
            default=_default(field.default),
            description=field.description or "",
            is_secret=isinstance(field.default, SecretStr),
            services=(service.folder,),
        )
        for name, field in service.settings.model_fields.items()
        if service.database or name not in _of_postgres(service)
    ]


@cache
def all_settings() -> tuple[Setting, ...]:
    """Return every variable once, with all who read it."""
    found: dict[str, Setting] = {}
    for service in all_services():
        for one in settings_of(service):
            before = found.get(one.name)
            readers = (*before.services, *one.services) if before else one.services
            kept = before or one
            found[one.name] = Setting(
                kept.name, kept.default, kept.description, kept.is_secret, readers
            )
    return tuple(found.values())


def document() -> str:
    """Return the text of `docs/settings.md`."""
    settings = all_settings()
    everybody = [one for one in settings if len(one.services) > 1]
    lines = [TITLE, "## Read by several services\n", *_table(everybody, with_readers=True)]
    for service in all_services():
        own = [one for one in settings if one.services == (service.folder,)]
        lines += [f"\n## {service.folder}\n", *_table(own)]
    return "\n".join(lines) + "\n"


def _of_postgres(service: Service) -> set[str]:
    """Return the settings that mean nothing to a service without PostgreSQL."""
    return {"pool_size"} if service.folder == "tokens_service" else {"pool_size", "database_url"}


def _table(settings: list[Setting], *, with_readers: bool = False) -> Iterator[str]:
    yield f"| variable | default | what it is |{' read by |' if with_readers else ''}"
    yield f"| --- | --- | --- |{' --- |' if with_readers else ''}"
    for one in sorted(settings, key=lambda setting: setting.name):
        words = one.description.replace("|", "\\|")
        readers = f" {_readers(one)} |" if with_readers else ""
        yield f"| `{one.name}` | {one.default} | {words} |{readers}"


def _readers(setting: Setting) -> str:
    everyone = len(setting.services) == len(all_services())
    return "all" if everyone else ", ".join(setting.services)


def _variable(service: Service, name: str, field: FieldInfo) -> str:
    alias = field.validation_alias
    return alias if isinstance(alias, str) else f"{service.prefix}{name}".upper()


def _default(value: Any) -> str:  # noqa: ANN401  (whatever a field has)
    if isinstance(value, SecretStr):
        secret = value.get_secret_value()
        return "*made on the first start*" if secret.startswith(WEAK) else "–"
    if value is PydanticUndefined or value in ("", None):
        return "–"
    return f"`{str(value).replace('|', chr(92) + '|')}`"
