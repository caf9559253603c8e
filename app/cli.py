"""The `kipina` command."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import orjson
import sqlalchemy as sa
import typer
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app import worker as worker_loop
from app.adapters import backup as backups
from app.adapters import clock, files, logs, migrations
from app.adapters import strays as stray_files
from app.adapters.database import above_policies, make_engine, one_moment, reading, writing
from app.config import Settings
from app.demo import loader
from app.domain.access import EVERY_CITY, PUBLIC
from app.queries import audit_chain, personal_data
from app.queries import demo as demo_people
from app.queries import people as people_queries
from app.services import cpv, erasure, people, signing_in
from app.web.connection import Connection

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="Kipinä: from a challenge to a followed-up pilot.")
console = Console(stderr=True)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )


@contextmanager
def _installation() -> Iterator[tuple[Settings, sa.Engine]]:
    settings = Settings()
    engine = make_engine(settings.database_url)
    try:
        yield settings, engine
    except files.Unreachable as error:
        console.print(f"The store of the files does not answer: {error}", highlight=False)
        sys.exit(1)
    finally:
        engine.dispose()


@cli.command()
def migrate() -> None:
    """Bring the database to the newest tables, and the CPV codes in it to the newest list."""
    engine = make_engine(Settings().database_url)
    with console.status("Tables …") as status:
        revisions = migrations.upgrade(engine)
        status.update("CPV codes …")
        with writing(engine, EVERY_CITY) as session:
            codes = cpv.load(session)
    news = [f"{len(revisions)} new migrations"] * bool(revisions) + [f"{codes} CPV codes"] * bool(codes)
    console.print(f"Database ready ({', '.join(news)})." if news else "Database ready.")


@cli.command()
def demo() -> None:
    """Load the demo cities, once; only in demo mode."""
    settings = Settings()
    if not settings.demo:
        console.print("The demo cities are for a demo alone: set KIPINA_DEMO=true, with a base URL on this machine.")
        sys.exit(1)
    from app.main import create_app  # noqa: PLC0415  a second, for those who want it

    app = create_app(settings)
    with _progress() as progress:
        loaded = loader.load(app.state.engine, settings, clock.now(), progress)
    console.print("Demo cities loaded." if loaded else "Demo cities are there already.")
    console.print(f"Step in as anybody at {settings.base_url}/demo, for example as")
    with reading(app.state.engine, EVERY_CITY) as session:
        for group in demo_people.groups(session, "en"):
            first = next((one for one in group.people if "Tampere" in one.places), group.people[0])
            console.print(f"  {group.role.value:<12} {first.name}, {first.title}")


def _refuse_above_policies(settings: Settings) -> None:
    engine = make_engine(settings.database_url)
    try:
        above = above_policies(engine)
    except sa.exc.OperationalError:  # a database that does not answer yet may come, and the pages say so meanwhile
        above = ""
    engine.dispose()
    if above:
        console.print(f"Not started: {above}, for whom the borders between cities do not hold. Connect as a role of")
        console.print("its own: CREATE ROLE kipina LOGIN PASSWORD '…'; ALTER DATABASE … OWNER TO kipina;")
        sys.exit(1)


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(help="Server processes.")] = 1,
) -> None:
    """Serve the pages."""
    _refuse_above_policies(Settings())  # like a wrong setting, told here and not in every process
    uvicorn.run(
        "app.main:create_served_app", factory=True, host=host, port=port, workers=workers, loop="uvloop",
        http=Connection, access_log=False, log_config=logs.SERVER, server_header=False, proxy_headers=False,
        timeout_graceful_shutdown=10,
        # One of several that is silent for so long is killed. Uvicorn's five seconds are too few to start in on a busy
        # machine: they would be killed and begun anew without end.
        timeout_worker_healthcheck=60,
    )  # fmt: skip


@cli.command()
def worker(once: Annotated[bool, typer.Option(help="Do what is due now, then stop.")] = False) -> None:
    """Send mails, make documents, remind of next steps."""
    settings = Settings()
    _refuse_above_policies(settings)
    from app.main import create_app  # noqa: PLC0415  a second, for those who want it

    app = create_app(settings)
    worker_loop.run(app.state.engine, settings, once=once)


@cli.command()
def user(
    email: Annotated[str, typer.Argument(help="Mail address.")],
    name: Annotated[str, typer.Option(help="Name.")] = "",
    city: Annotated[str, typer.Option(help="City slug for --role.")] = "",
    role: Annotated[str, typer.Option(help="organizer, procurement, agent or leadership.")] = "",
    admin: Annotated[bool, typer.Option(help="Make an installation admin.")] = False,
) -> None:
    """Add a person, or give one a role."""
    engine = make_engine(Settings().database_url)
    with writing(engine, EVERY_CITY) as session:
        try:
            person = people.ensure(session, email, name, clock.now(), city_slug=city, role=role, admin=admin)
        except ValueError as error:
            console.print(str(error))
            sys.exit(1)
        console.print(f"{person.email}: ready to sign in.")


@cli.command()
def sign_out(
    email: Annotated[str, typer.Argument(help="Mail address.")] = "",
    everybody: Annotated[bool, typer.Option("--everybody", help="Everybody instead.")] = False,
) -> None:
    """Sign a person, or everybody, out of every browser; for a lost phone, or when something may have leaked."""
    if bool(email) == everybody:
        console.print("Give a mail address, or --everybody.")
        sys.exit(1)
    with _installation() as (_, engine), writing(engine, EVERY_CITY) as session:
        person = None if everybody else people_queries.by_email(session, email)
        if person is None and not everybody:
            console.print(f"Nobody has the address {email}.", highlight=False)
            sys.exit(1)
        ended = signing_in.sign_out_everywhere(session, person.id if person else None, clock.now())
    console.print(f"Signed out of {ended} browsers.")


@cli.command()
def export_person(email: Annotated[str, typer.Argument(help="Mail address.")]) -> None:
    """Print all that is kept of one person, as JSON."""
    with _installation() as (_, engine), reading(engine, EVERY_CITY) as session:
        person = people_queries.by_email(session, email)
        if person is None:
            console.print(f"Nobody has the address {email}.")
            sys.exit(1)
        typer.echo(orjson.dumps(personal_data.about(session, person.id), option=orjson.OPT_INDENT_2).decode())


@cli.command()
def erase_person(
    email: Annotated[str, typer.Argument(help="Mail address.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase one person: name, address, roles, sign-ins, mails, and their values in the audit trail."""
    with _installation() as (_, engine), writing(engine, EVERY_CITY) as session:
        person = people_queries.by_email(session, email)
        if person is None:
            console.print(f"Nobody has the address {email}.")
            sys.exit(1)
        if not yes:
            typer.confirm(f"Erase {person.name or person.email}? This cannot be undone.", abort=True, err=True)
        if held := [name.text("en") for name in erasure.held_in(session, person)]:
            console.print(f"Something that tells of them is under a hold in {', '.join(held)}. Nothing is erased.")
            sys.exit(1)
        kept = erasure.erase(session, PUBLIC, person, clock.now())
    records = f"; {kept} rows of applications, decisions and files still name them, as records of the city"
    console.print("Erased" + (records if kept else "") + ".", highlight=False)


@cli.command()
def verify_audit(
    head: Annotated[
        str,
        typer.Option(
            "--head",
            "--seal",
            help="What was printed with signed decisions, or noted down from a city's history, to be found again: "
            "HASH or NUMBER:HASH; spaces do not matter.",
        ),
    ] = "",
) -> None:
    """Walk the chains of the audit trail; exit code 1 when a row was altered, moved or taken away, or a head lost."""
    with _installation() as (_, engine):
        whole = _trail_holds(engine)
        if head:
            with reading(engine, EVERY_CITY) as session:
                found = audit_chain.with_head(session, head)
            whole = whole and found is not None
            told = "no row has it: what was recorded up to it has been rewritten or cut off."
            if found is not None:
                told = f"row {found.row}, number {found.sequence}, is still in the chain of {found.city or 'no city'}."
            console.print(f"Head {head}: {told}", highlight=False)
    if not whole:
        sys.exit(1)


@cli.command()
def backup(file: Annotated[Path, typer.Argument(help="A new file, or - for standard output.")]) -> None:
    """Write the database and the files of this moment into one file, while everybody goes on writing."""
    piped = str(file) == "-"
    if not piped and file.exists():
        console.print(f"{file} is there already.")
        sys.exit(1)
    with _installation() as (settings, engine), _progress() as progress:
        task = progress.add_task("Rows and files", total=backups.size(engine))

        def take(out: BinaryIO) -> backups.Manifest:
            return backups.take(engine, settings, out, clock.now(), lambda more: progress.advance(task, more))

        manifest = take(sys.stdout.buffer) if piped else _written_whole(file, take)
    console.print(f"Backed up: {manifest.rows} rows, {manifest.files} files.")
    if manifest.missing:
        console.print("Rows name files that the store has lost:", *manifest.missing, sep="\n  ")
        sys.exit(1)


def _written_whole(file: Path, take: Callable[[BinaryIO], backups.Manifest]) -> backups.Manifest:
    """The file has its name only when all of it is on the disk; none but its owner reads it."""
    unfinished = file.with_name(f"{file.name}.part")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    try:
        with unfinished.open("wb") as out:
            manifest = take(out)
            out.flush()
            os.fsync(out.fileno())
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


@cli.command()
def restore(file: Annotated[Path, typer.Argument(exists=True, help="A backup.")]) -> None:
    """Fill an empty database and an empty file store from a backup, and check that all of it came back."""
    with _installation() as (settings, engine):
        try:
            with _progress() as progress:
                reading_through = progress.add_task("Reading through", total=None)
                manifest = backups.check(settings, file, lambda more: progress.advance(reading_through, more))
                progress.update(reading_through, total=len(manifest.entries))
                task = progress.add_task("Rows and files", total=manifest.rows + manifest.files)
                backups.restore(engine, settings, file, manifest, lambda more: progress.advance(task, more))
        except backups.BackupError as error:
            console.print(str(error), highlight=False)
            sys.exit(1)
        console.print(
            f"Restored as of {manifest.at}: {manifest.rows} rows, {manifest.files} files; every hash is as it was."
        )
        whole = _trail_holds(engine)
    if not whole:
        sys.exit(1)


@cli.command()
def strays(
    remove: Annotated[
        bool, typer.Option(help="Remove them; make sure first that this database is the right one.")
    ] = False,
) -> None:
    """List the files that no row names, as a crash may leave them; younger than a day they are left alone."""
    with _installation() as (settings, engine):
        now = clock.now()
        found = stray_files.find(engine, settings, now)
        for name in found:
            typer.echo(name)
        if remove:
            stray_files.remove(settings, found, now)
    console.print(f"{len(found)} files without a row" + (", now removed." if remove and found else "."))


def _trail_holds(engine: sa.Engine) -> bool:
    with one_moment(engine) as session, _progress() as progress:
        task = progress.add_task("Audit trail", total=audit_chain.size(session))
        chains = list(audit_chain.checked(session, lambda: progress.advance(task)))
    for chain in chains:
        name = chain.city or "no city"
        if chain.broken:
            console.print(f"{name}: {chain.broken.words}", highlight=False, soft_wrap=True)
        else:
            erased = f", the values of {chain.erased} erased" if chain.erased else ""
            line = f"{name}: intact, {chain.sequence} rows{erased}, head {chain.hash}"
            console.print(line, highlight=False, soft_wrap=True)  # whole in a log too, to be searched for
    return not any(chain.broken for chain in chains)


def main() -> None:
    """The entry point."""
    cli()


if __name__ == "__main__":
    main()
