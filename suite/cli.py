"""The commands of ./karangou."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from kit.errors import AppError
from suite import alone, databases, people, production
from suite import doctor as examination
from suite.benchmarks import run_benchmark
from suite.demo.run import demo as bring_samples
from suite.engines.both import Engines
from suite.environment import Place, default_data, open_place
from suite.errors import Stop
from suite.generated.files import write_all
from suite.migrations import run as migrations
from suite.services import ROOT, Service, all_services, find
from suite.terminal import bad, faint, good, say
from suite.testing import run_linters, run_tests
from suite.up import Wish, up

app = typer.Typer(
    help="Karangou: a streaming suite for independent studios.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
admin_app = typer.Typer(help="People who run the studio.", no_args_is_help=True)
client_app = typer.Typer(help="Programs that use the API.", no_args_is_help=True)
app.add_typer(admin_app, name="admin")
app.add_typer(client_app, name="api-client")

Data = Annotated[
    Path | None, typer.Option("--data", help="The folder for everything (default: var).")
]


@app.command("up")
def start(
    data: Data = None,
    only: Annotated[str, typer.Option(help="Only these services, with commas.")] = "",
    isolated: Annotated[bool, typer.Option("--isolated", help="A process per service.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Add sample films.")] = False,
) -> None:
    """Start everything; Ctrl-C stops it."""
    place, services = _place(data), _chosen(only)
    if only:  # sentinel would call the others down
        watched = ",".join(f"{each.folder}={place.url(each)}" for each in services)
        os.environ.setdefault("SENTINEL_TARGETS", watched)
    wish = Wish(services, isolated, bring_samples if demo else None)
    uvloop.run(up(place, wish))


@app.command()
def migrate(
    data: Data = None,
    only: Annotated[str, typer.Option(help="Only these services, with commas.")] = "",
    new: Annotated[str, typer.Option(help="Write the next version of this service.")] = "",
    message: Annotated[str, typer.Argument(help="What the new version does.")] = "change",
) -> None:
    """Bring the databases up to date, or write the next migration."""
    place = _place(data)
    services = [find(new)] if new else [s for s in _chosen(only) if s.database]
    with _Running(place, services):
        asyncio.run(databases.prepare(place, services))
        for service in services:
            if new:
                url = place.variables[f"{service.prefix}DATABASE_URL"]
                say(str(migrations.revise(service.folder, url, message)))
            else:
                say(f"  {service.folder:<20}{good('up to date')}")


@app.command()
def worker(service: str, data: Data = None) -> None:
    """Run one service's background tasks, without its HTTP."""
    place = _place(data)
    found = find(service)
    with _Running(place, [found]):
        asyncio.run(databases.prepare(place, [found]))
        say(f"{found.folder} works on its tasks. Ctrl-C stops it.")
        say(faint(f"log: {place.data}/log"))
        alone.work(place, found)


@app.command()
def lint() -> None:
    """Run every linter."""
    sys.exit(run_linters())


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Pass all tests, or those named as pytest names them."""
    sys.exit(run_tests(context.args))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(context: typer.Context) -> None:
    """Run a benchmark by name; without a name, list them."""
    sys.exit(run_benchmark(context.args))


@app.command()
def generate(
    shrink: Annotated[bool, typer.Option("--shrink", help="Contracts may lose something.")] = False,
) -> None:
    """Write the files that follow from the code: settings, schemas, Render's blueprint."""
    for path in write_all(may_shrink=shrink):
        say(str(path.relative_to(ROOT)))


@app.command()
def doctor(data: Data = None) -> None:
    """Say what is installed, found and reachable, and what to do about what is not."""
    sys.exit(examination.report(_place(data)))


@app.command()
def run(service: str) -> None:
    """Run one service as a container does: settings from the environment, JSON log lines."""
    production.run(find(service))


@app.command(hidden=True)
def serve(service: str, listening: int, alive: int) -> None:
    """Serve on an inherited socket: what `up --isolated` starts."""
    alone.serve(_place(None), find(service), listening, alive)


@admin_app.command("create")
def create_admin(email: str, data: Data = None) -> None:
    """Print a one-time link by which EMAIL becomes an admin."""
    say(asyncio.run(people.admin_link(_place_here(data), email)))


@admin_app.command("first")
def create_first_admin(data: Data = None) -> None:
    """Print the one-time link by which the first admin is made."""
    say(asyncio.run(people.admin_link(_place_here(data), None)))


@client_app.command("create")
def create_client(
    name: str,
    scope: Annotated[list[str], typer.Option(help="What it may do, for example films:read.")],
    data: Data = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the id and the secret of a new API client."""
    made = asyncio.run(people.new_client(_place_here(data), name, scope))
    if json:
        say(made.model_dump_json())
    else:
        say(f"client id      {made.id}\nclient secret  {made.secret}")
        say(f"scopes         {' '.join(made.scopes)}")


class _Running:
    """The engines, for as long as a command needs them, where services are on ours."""

    def __init__(self, place: Place, services: list[Service]) -> None:
        self.engines = Engines(place.data)
        self.is_needed = databases.are_ours(place, services)

    def __enter__(self) -> None:
        if self.is_needed:
            self.engines.start()

    def __exit__(self, *_: object) -> None:
        self.engines.stop()


def _place(data: Path | None) -> Place:
    place = open_place(data or default_data())
    place.enter()
    return place


def _place_here(data: Path | None) -> Place | None:
    """Return the data folder; there is none in a container, whose settings are all given."""
    return None if os.environ.get("SUITE_IN_CONTAINER") and data is None else _place(data)


def _chosen(only: str) -> list[Service]:
    return [find(name.strip()) for name in only.split(",")] if only else all_services()


def main() -> None:
    """Run a command; say in one sentence why it could not."""
    try:
        app()
    except Stop as stop:
        sys.exit(bad(str(stop)))
    except AppError as error:
        sys.exit(bad(error.detail))
    except OSError as error:
        full = error.errno == 28
        sys.exit(bad("The disk is full." if full else f"Karangou cannot go on: {error}"))
