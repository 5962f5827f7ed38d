"""Compiled templates kept on disk: a template that did not change is not compiled again.

An entry is found by the text and name of its file and used only where everything that it was made from is the same:
those, how it is read, this program's own code and the Python that runs it. What is damaged, of another
owner, or cannot be read or written is as if it were not there. As with Python's own bytecode, who can write to the
folder can decide what runs: it is made for its owner alone, and not used when others may write to it.
"""
from __future__ import annotations

import os
from _blake2 import blake2b
from marshal import dumps as dump_code
from marshal import loads as load_code

from oakum import cache
from oakum.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oakum.template.compiled import Compiled

_DIGEST, _HEAD = 32, 8
_ROOMS = ("starlark", "template", "yaml")
_SLOTS = 1 << 15


class Cache:
    """The entries in `folder`, which need not exist."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.usable = _is_ours(folder)
        self._version = cache.version(*_ROOMS) if self.usable else b""

    def find(self, key: bytes) -> Compiled | None:
        """What was kept under `key`; fresh objects each time."""
        if not self.usable:
            return None
        try:
            slot = self._slot(key)
            handle = os.open(slot, os.O_RDONLY)
            try:
                data = os.read(handle, os.fstat(handle).st_size)
            finally:
                os.close(handle)
            cache.used(slot)
        except OSError:
            return None
        if data[:_DIGEST] != self._seal(key, data[_DIGEST:]):
            return None
        from _pickle import loads

        from oakum.starlark import Program
        from oakum.template.compiled import Compiled

        start, middle = _DIGEST + _HEAD, int.from_bytes(data[_DIGEST:_DIGEST + 4], "big")
        end = int.from_bytes(data[_DIGEST + 4:start], "big")
        fields, rest = loads(data[middle:end])
        code = Program(code=load_code(data[start:middle]), **fields)
        return Compiled(code, program=lambda: loads(data[end:]), **rest)

    def keep(self, key: bytes, compiled: Compiled) -> None:
        """Keep `compiled`, which did not run yet, under `key`; where that fails, do nothing."""
        if not self.usable:
            return
        from _pickle import PicklingError, dumps

        fields, rest = compiled.code._asdict(), compiled._asdict()
        del rest["code"], rest["program"]
        code = dump_code(fields.pop("code"))
        try:
            needed, program = dumps((fields, rest), 4), dumps(compiled.program(), 4)
        except (PicklingError, RecursionError, TypeError):
            return
        middle = _DIGEST + _HEAD + len(code)
        places = middle.to_bytes(4, "big") + (middle + len(needed)).to_bytes(4, "big")
        body = b"".join((places, code, needed, program))
        self._write(self._slot(key), self._seal(key, body) + body)

    def _seal(self, key: bytes, body: bytes) -> bytes:
        return blake2b(key + body, digest_size=_DIGEST, key=self._version, salt=len(key).to_bytes(16, "big")).digest()

    def _slot(self, key: bytes) -> str:
        """The entry for `key`. There are only so many, however many templates are made up by a program."""
        number = int.from_bytes(blake2b(key, digest_size=4).digest(), "big") % _SLOTS
        return os.path.join(self.folder, f"{number:04x}")

    def _write(self, name: str, data: bytes) -> None:
        try:
            cache.write(name, data)
        except OSError:
            self.usable = False


def _is_ours(folder: str) -> bool:
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        found = os.stat(folder)
    except OSError:
        return False
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022
