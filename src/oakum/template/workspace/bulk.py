"""The machine's interface: files in as JSON, files out as JSON (ytt: `--bulk-in`, `--bulk-out`)."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from oakum.gostruct import json_kind
from oakum.template.files import InputFile, input_file
from oakum.template.workspace.errors import InputError
from oakum.typing import Any
from oakum.yaml.gojson import dumps
from oakum.yaml.json_syntax import loads

_HALVES = re.compile("[\ud800-\udfff]")


def read_bulk(text: str) -> list[InputFile]:
    """The files of `{"files": [{"name": …, "data": …}]}`, numbered in order.

    Raises InputError in the words of Go's encoding/json; like there, the case of a name means nothing, null is
    nothing, and what is not known is ignored.
    """
    try:
        given = loads(text)
    except ValueError as error:
        raise InputError(str(error)) from None
    listed = _field(_fields(given, "Go value of type template.BulkFiles"), "files")
    if not isinstance(listed, list | None):
        raise _mismatch(listed, "Go struct field BulkFiles.files of type []template.BulkFile")
    files = [_file(each) for each in listed or []]
    for order, file in enumerate(files):
        file.order = order
    return files


def _file(given: Any) -> InputFile:
    fields = _fields(given, "Go struct field BulkFiles.files of type template.BulkFile")
    found = {name: _field(fields, name) or "" for name in ("name", "data")}
    for name, value in found.items():
        if not isinstance(value, str):
            raise _mismatch(value, f"Go struct field BulkFile.files.{name} of type string")
    return input_file(_characters(found["name"]), _loader(_characters(found["data"])))


def _characters(text: str) -> str:
    """`text` as Go reads it: half a surrogate pair, or a byte that is not UTF-8, is a replacement character."""
    return text if text.isascii() else _HALVES.sub("\ufffd", text)


def _fields(value: Any, target: str) -> dict[str, Any]:
    if not isinstance(value, dict | None):
        raise _mismatch(value, target)
    return value or {}


def _field(fields: dict[str, Any], name: str) -> Any:
    """The last value of the field, however its name is capitalised; None when there is none."""
    return next((fields[key] for key in reversed(fields) if key.lower() == name and fields[key] is not None), None)


def _mismatch(value: Any, target: str) -> InputError:
    return InputError(f"json: cannot unmarshal {json_kind(value)} into {target}")


def _loader(data: str) -> Callable[[], bytes]:
    return lambda: data.encode("utf-8", "surrogateescape")


def write_bulk(files: Iterable[tuple[str, str]]) -> str:
    """(name, data) pairs as `{"files": …}`, the name before the data; `{}` when there are none."""
    shown = [f'{{"name":{dumps(name)},"data":{dumps(data)}}}' for name, data in files]
    return f'{{"files":[{",".join(shown)}]}}' if shown else "{}"


def write_bulk_error(message: str) -> str:
    """`{"errors": …}`."""
    return dumps({"errors": message})
