"""Objects on disk: one SQLite file in WAL mode, written before a change is acknowledged."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import orjson

from oakum.errors import LabError
from oakum.lab.store.objects import Obj

_TABLES = """
create table if not exists objects (
    resource text not null, namespace text not null, name text not null, body blob not null,
    primary key (resource, namespace, name)) without rowid;
create table if not exists counter (id integer primary key check (id = 0), version integer not null);
insert or ignore into counter values (0, 0);
"""


class Journal:
    """The durable copy of a store in `folder/objects.db`; survives a kill at any moment.

    Not thread-safe by itself: the store calls it under its lock.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / "objects.db"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._db.execute("pragma journal_mode=wal")
            self._db.execute("pragma synchronous=normal")
            self._db.execute("pragma wal_autocheckpoint=20000")
            self._db.executescript(_TABLES)
        except (OSError, sqlite3.Error) as error:
            raise LabError(f"opening the lab's data in {path}: {error}") from error

    def version(self) -> int:
        """The resourceVersion of the last change."""
        (version,) = self._db.execute("select version from counter").fetchone()
        return int(version)

    def load(self) -> Iterator[tuple[str, str, str, Obj]]:
        """Every stored object as (resource, namespace, name, object)."""
        for resource, namespace, name, body in self._db.execute("select resource, namespace, name, body from objects"):
            yield resource, namespace, name, orjson.loads(body)

    def put(self, resource: str, namespace: str, name: str, obj: Obj, version: int) -> None:
        """Write an object and the counter in one transaction."""
        statement = "insert or replace into objects values (?, ?, ?, ?)"
        self._commit(statement, (resource, namespace, name, orjson.dumps(obj)), version)

    def drop(self, resource: str, namespace: str, name: str, version: int) -> None:
        """Remove an object and write the counter in one transaction."""
        statement = "delete from objects where resource = ? and namespace = ? and name = ?"
        self._commit(statement, (resource, namespace, name), version)

    def _commit(self, statement: str, values: tuple[object, ...], version: int) -> None:
        try:
            self._db.execute("begin")
            self._db.execute(statement, values)
            self._db.execute("update counter set version = ?", (version,))
            self._db.execute("commit")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("rollback")
            raise LabError(f"writing the lab's data: {error}") from error

    def close(self) -> None:
        """Close the file; a later Journal of the same folder continues from here."""
        self._db.close()
