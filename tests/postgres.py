"""A PostgreSQL cluster of the tests' own, run as another user when we are root."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import sqlalchemy as sa

from app.adapters import migrations
from app.adapters.database import make_engine


@contextmanager
def by_hand(engine: sa.Engine) -> Iterator[sa.Connection]:
    """What somebody with the keys to the database does in it, in every city."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT set_config('kipina.cities', 'every', true)")
        yield connection


class Cluster:
    """Started on construction; a migrated template is copied for each test. `durable`: it waits for the disk."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        self.data = folder / "data"
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(folder, self.user)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._run("initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync",
                  "--locale-provider=icu", "--icu-locale=fi-FI", "--locale=C.UTF-8")  # fmt: skip
        self.options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        self.options += "" if durable else " -c fsync=off"
        self.options += " -c max_connections=200 -c autovacuum=off"
        self.start()
        self._names = count(1)
        with self._admin() as connection:
            connection.execute("CREATE ROLE kipina LOGIN")  # neither superuser nor above the policies
            connection.execute("CREATE DATABASE template_kipina OWNER kipina")
        engine = make_engine(self.url("template_kipina"))
        migrations.upgrade(engine)
        engine.dispose()

    def url(self, database: str, user: str = "kipina") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def fresh_database(self, *, template: str = "template_kipina") -> str:
        """Migrated; with the template `template0`, without a table."""
        name = f"test_{next(self._names)}"
        with self._admin() as connection:  # copied as files: four times as fast as through the log
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER kipina STRATEGY FILE_COPY")
        return self.url(name)

    def drop(self, url: str) -> None:
        """A thousand of them would fill the memory that they lie in."""
        with self._admin() as connection:
            connection.execute(f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")

    def start(self) -> None:
        self._run("pg_ctl", "-D", self.data, "-l", self.data / "log", "-w", "-o", self.options, "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", self.data, "-m", mode, "stop")

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(sa.make_url(self.url("postgres", "postgres")).render_as_string(), autocommit=True)

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self.bin / program), *map(str, arguments)]
        if self.user:  # a pytest that starts beside us shuts the folders again
            for parent in self.data.parents[:4]:
                parent.chmod(parent.stat().st_mode | 0o055)
        group = pwd.getpwnam(self.user).pw_gid if self.user else None
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", user=self.user, group=group)
