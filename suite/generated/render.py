"""Render's blueprint, from the table of services and their settings.

As Render documents it: no `rootDir` (every service is built from the one image of this
repository, and `buildFilter` says which changes concern it), private services for what no browser
calls, `fromService` for addresses, disks where files live, Turso for the tokens.
"""

from collections.abc import Iterator

from suite.generated.settings import Setting, all_settings, settings_of
from suite.services import TABLE, Service, all_services

HEAD = """\
# Render's blueprint of the whole suite. Made by `./karangou generate`; a test keeps it true.
# What is `sync: false` is asked for when the blueprint is applied: the addresses under which people
# reach the sites, and Turso's. `docs/production.md` walks through it.
"""
SHARED = ["Dockerfile", "requirements.lock", "package-lock.json", "kit/**", "suite/**"]
LIBRARY = "transcoder_service"
DISK = "/data"
# Both sides of the video library have the same keys: generated on ours, read by its clients.
TWINS = {
    "BUNNY_API_KEY": "TRANSCODER_API_KEY",
    "BUNNY_READ_ONLY_KEY": "TRANSCODER_READ_ONLY_KEY",
    "BUNNY_CDN_KEY": "TRANSCODER_CDN_KEY",
}
ASKED = ("PUBLIC_URL", "CDN_URL", "TUS_URL", "ALLOWED_ORIGINS", "WEBHOOK_URL")
FIXED = {
    "ENVIRONMENT": "production",
    "HOST": "0.0.0.0",  # noqa: S104  (a container is reached from outside it)
    "MEDIA_URL": f"{DISK}/media",
    "TRANSCODER_UPLOADS_PATH": f"{DISK}/uploads",
}
GENERATED = {"SUITE_SECRET", "SECRET_KEY", "PUBLISHER_VAPID_PRIVATE_KEY"}
PROXIES = "10.0.0.0/8"


def blueprint() -> str:
    """Return the text of `render.yaml`."""
    lines = [HEAD, "envVarGroups:", "  - name: karangou", "    envVars:"]
    lines += _group()
    lines += ["", "databases:"]
    for service in all_services():
        if service.database:
            lines += _database(service)
    lines += ["", "services:", *_valkey()]
    for service in all_services():
        lines += ["", *_service(service)]
    return "\n".join(lines) + "\n"


def _group() -> Iterator[str]:
    """Yield what every service has alike."""
    for name, setting in _in_group().items():
        yield f"      - key: {name}"
        yield _plain(setting)
    yield from ("      - key: SUITE_IN_CONTAINER", '        value: "1"')
    yield from ("      - key: FORWARDED_ALLOW_IPS", f"        value: {PROXIES}  # Render's own")


def _database(service: Service) -> Iterator[str]:
    yield f"  - name: {_name(service)}-postgres"
    yield f"    databaseName: {service.database}"
    yield "    plan: basic-256mb"
    yield "    ipAllowList: []  # from the private network only"


def _valkey() -> Iterator[str]:
    yield "  - type: keyvalue"
    yield "    name: karangou-valkey"
    yield "    plan: starter"
    yield "    maxmemoryPolicy: volatile-ttl"
    yield "    ipAllowList: []  # from the private network only"


def _service(service: Service) -> Iterator[str]:
    yield f"  - type: {'web' if service.is_public else 'pserv'}"
    yield f"    name: {_name(service)}"
    yield "    runtime: docker"
    yield f"    plan: {'standard' if service.folder == LIBRARY else 'starter'}"
    yield f"    dockerCommand: python -P -m suite run {service.folder}"
    if service.is_public:
        yield "    healthCheckPath: /health"
    yield "    buildFilter:"
    yield "      paths:"
    yield from (f"        - {path}" for path in [*SHARED, f"{service.folder}/**"])
    if disk := _disk(service):
        yield "    disk:"
        yield f"      name: {_name(service)}-data"
        yield f"      mountPath: {DISK}"
        yield f"      sizeGB: {disk}"
    yield "    envVars:"
    yield "      - fromGroup: karangou"
    yield "      - key: PORT  # where Render looks for an open port"
    yield f'        value: "{service.port}"'
    for one in settings_of(service):
        yield from _variable(service, one)


def _variable(service: Service, setting: Setting) -> Iterator[str]:
    name = setting.name
    if name in _in_group():
        return
    yield f"      - key: {_key(name)}"
    if service.database and name == f"{service.prefix}DATABASE_URL":
        yield from _from("fromDatabase", f"{_name(service)}-postgres", "", "connectionString")
    elif name == "VALKEY_URL":
        yield from _from("fromService", "karangou-valkey", "keyvalue", "connectionString")
    elif sibling := _siblings().get(name):
        kind = "web" if sibling.is_public else "pserv"
        yield from _from("fromService", _name(sibling), kind, "hostport")
    elif name in TWINS:
        yield from _twin(name)
    else:
        yield _plain(setting)


def _plain(setting: Setting) -> str:
    """Return the line of a value that no other part of the blueprint gives."""
    if setting.name in GENERATED or setting.name in TWINS.values():
        return "        generateValue: true"
    if setting.name in FIXED:
        return f"        value: {FIXED[setting.name]}"
    if _is_asked(setting):
        return "        sync: false"
    return f'        value: "{setting.value}"'


def _in_group() -> dict[str, Setting]:
    """Return what several services read and what is the same for all of them."""
    return {
        one.name: one
        for one in all_settings()
        if len(one.services) > 1
        and one.name not in {"VALKEY_URL", "MEDIA_URL", *_siblings(), *TWINS}
        and (one.name in FIXED or one.name in GENERATED or not _is_asked(one))
    }


def _key(name: str) -> str:
    """Return the variable Render fills: a sibling's host and port, from which `run` makes a URL."""
    return f"{name.removesuffix('_URL')}_HOSTPORT" if name in _siblings() else name


def _twin(name: str) -> Iterator[str]:
    library = next(service for service in all_services() if service.folder == LIBRARY)
    yield "        fromService:"
    yield f"          name: {_name(library)}"
    yield "          type: web"
    yield f"          envVarKey: {TWINS[name]}"


def _from(kind: str, name: str, service_type: str, what: str) -> Iterator[str]:
    yield f"        {kind}:"
    yield f"          name: {name}"
    if service_type:
        yield f"          type: {service_type}"
    yield f"          property: {what}"


def _is_asked(setting: Setting) -> bool:
    return (
        setting.is_secret or setting.name.endswith(ASKED) or (setting.name == "TOKENS_DATABASE_URL")
    )


def _siblings() -> dict[str, Service]:
    return {service.url_name: service for service in TABLE if service.url_name}


def _disk(service: Service) -> int:
    """Return the gigabytes of its disk; most services have none."""
    return {"transcoder_service": 100, "catalog_service": 5}.get(service.folder, 0)


def _name(service: Service) -> str:
    return f"karangou-{service.folder.removesuffix('_service').replace('_', '-')}"
