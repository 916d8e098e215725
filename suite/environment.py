"""Every variable of the suite on one machine: what people set, secrets, and what follows from them.

In this order: the environment, `settings.env` and `secrets.env` in the data folder, what follows
from ports and folders. `secrets.env` is written on the first start and never changed, only
lengthened when a new release needs a secret more.
"""

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from suite.engines.places import only_one
from suite.engines.postgres import Postgres
from suite.engines.valkey import Valkey
from suite.errors import Stop
from suite.services import ROOT, Service, all_services

# Both sides of the video library get the same key, ours and the one its clients know.
TWINS = {
    "TRANSCODER_API_KEY": "BUNNY_API_KEY",
    "TRANSCODER_READ_ONLY_KEY": "BUNNY_READ_ONLY_KEY",
    "TRANSCODER_CDN_KEY": "BUNNY_CDN_KEY",
}
# The order of P-256: its private keys are the numbers below it.
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _secret() -> str:
    return secrets.token_urlsafe(36)


def _p256_key() -> str:
    number = secrets.randbelow(P256_ORDER - 1) + 1
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


SECRETS: Mapping[str, Callable[[], str]] = {
    **dict.fromkeys(("SUITE_SECRET", "SECRET_KEY", *TWINS), _secret),
    "PUBLISHER_VAPID_PRIVATE_KEY": _p256_key,
}


@dataclass(frozen=True)
class Place:
    """One data folder, and the variables that services started from it see."""

    data: Path
    variables: Mapping[str, str]

    def port(self, service: Service) -> int:
        text = self.variables.get(f"{service.prefix}PORT", "")
        try:
            return int(text or service.port)
        except ValueError:
            raise Stop(f"{service.prefix}PORT is no number: {text}") from None

    def url(self, service: Service) -> str:
        """Return where this machine reaches the service."""
        return f"http://127.0.0.1:{self.port(service)}"

    def enter(self) -> None:
        """Make these variables this process's own."""
        os.environ.update(self.variables)


def default_data() -> Path:
    return Path(os.environ.get("KARANGOU_DATA") or ROOT / "var")


def open_place(data: Path) -> Place:
    """Return the data folder, made if there is none, with all variables worked out."""
    data = data.expanduser().resolve()
    try:
        data.mkdir(mode=0o711, parents=True, exist_ok=True)
        secret = _secrets(data / "secrets.env")
    except PermissionError as error:
        raise Stop(f"{error.filename} belongs to another user; choose another --data.") from error
    except (FileExistsError, NotADirectoryError) as error:
        raise Stop(f"{data} is not a folder; choose another --data.") from error
    given = secret | read_variables(data / "settings.env") | dict(os.environ)
    for ours, theirs in TWINS.items():
        given.setdefault(theirs, given[ours])
    place = Place(data, given)
    worked_out = _engines(data) | _addresses(place) | _folders(data)
    return Place(data, worked_out | given | {"KARANGOU_DATA": str(data)})


def read_variables(path: Path) -> dict[str, str]:
    """Return the NAME=value lines of a file; there are none if there is no file."""
    if not path.exists():
        return {}
    found = {}
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        name, equals, value = line.strip().partition("=")
        if name.startswith("#") or not name:
            continue
        if not equals or not name.replace("_", "").isalnum():
            raise Stop(f"{path} is damaged in line {number}: it should read NAME=value.")
        found[name.strip()] = value.strip().strip("'\"")
    return found


def _secrets(path: Path) -> dict[str, str]:
    with only_one(path.with_suffix(".lock")):
        found = read_variables(path)
        if path.exists() and not found:
            raise Stop(
                f"{path} is damaged: it is empty. Put back your copy of it; without one, remove "
                "it, and codes and sessions given out so far stop working."
            )
        missing = {name: make for name, make in SECRETS.items() if name not in found}
        if missing:
            found |= {name: make() for name, make in missing.items()}
            _write(path, found)
        return found


def _write(path: Path, variables: Mapping[str, str]) -> None:
    """Write the file in one step, so that a power cut leaves the old one or the new one."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write("# The secrets of this suite, made on its first start. Keep a copy.\n")
        file.writelines(f"{name}={value}\n" for name, value in variables.items())
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _engines(data: Path) -> dict[str, str]:
    postgres = Postgres(data)
    urls = {
        f"{service.prefix}DATABASE_URL": postgres.url(service.database)
        for service in all_services()
        if service.database
    }
    return urls | {"VALKEY_URL": Valkey(data).url()}


def _folders(data: Path) -> dict[str, str]:
    return {
        "TOKENS_DATABASE_URL": f"file:{data / 'tokens.sqlite'}",
        "MEDIA_URL": str(data / "media"),
        "TRANSCODER_UPLOADS_PATH": str(data / "uploads"),
    }


def _addresses(place: Place) -> dict[str, str]:
    """Return where services find one another, and where browsers find them."""
    urls = {service.folder: place.url(service) for service in all_services()}
    found = {
        service.url_name: urls[service.folder] for service in all_services() if service.url_name
    }
    library = place.variables.get("BUNNY_API_URL") or found.get("BUNNY_API_URL", "")
    portal, dashboard = urls.get("public_interface"), urls.get("admin_interface")
    pages = [page for page in (portal, dashboard) if page]
    found |= {
        "BUNNY_TUS_URL": f"{library}/tusupload",
        "BUNNY_CDN_URL": library,
        "TRANSCODER_PUBLIC_URL": urls.get("transcoder_service", ""),
        "PAYMENTS_PUBLIC_URL": urls.get("payments_service", ""),
        "SENTINEL_PUBLIC_URL": urls.get("sentinel", ""),
        "TRANSCODER_WEBHOOK_URL": f"{urls.get('catalog_service', '')}/webhooks/video",
        "PORTAL_PUBLIC_URL": portal or "",
        "DASHBOARD_PUBLIC_URL": dashboard or "",
        "TRANSCODER_ALLOWED_ORIGINS": ",".join(_origins(place, pages)),
    }
    return {name: value for name, value in found.items() if value and not value.startswith("/")}


def _origins(place: Place, pages: list[str]) -> list[str]:
    """Return the sites whose pages may use the library: by name, by number, and as published."""
    public = [
        place.variables.get(name, "") for name in ("PORTAL_PUBLIC_URL", "DASHBOARD_PUBLIC_URL")
    ]
    named = [page.replace("127.0.0.1", "localhost") for page in pages]
    split = [urlsplit(url) for url in (*pages, *named, *filter(None, public))]
    return list(dict.fromkeys(f"{one.scheme}://{one.netloc}" for one in split))
