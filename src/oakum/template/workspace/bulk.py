"""The machine's interface: files in as JSON, files out as JSON (ytt: `--bulk-in`, `--bulk-out`)."""
from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from oakum.template.files import InputFile, input_file
from oakum.template.workspace.errors import InputError
from oakum.yaml.gojson import dumps


def read_bulk(text: str) -> list[InputFile]:
    """The files of `{"files": [{"name": …, "data": …}]}`, numbered in order. Raises InputError for anything else."""
    try:
        given = json.loads(text)
        listed = [(str(each["name"]), str(each.get("data", ""))) for each in given.get("files") or []]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"Expected bulk input to be JSON with files of name and data: {error}") from None
    files = [input_file(name, _loader(data)) for name, data in listed]
    for order, file in enumerate(files):
        file.order = order
    return files


def _loader(data: str) -> Callable[[], bytes]:
    return lambda: data.encode("utf-8", "surrogateescape")


def write_bulk(files: Iterable[tuple[str, str]]) -> str:
    """(name, data) pairs as `{"files": …}`, the name before the data; `{}` when there are none."""
    shown = [f'{{"name":{dumps(name)},"data":{dumps(data)}}}' for name, data in files]
    return f'{{"files":[{",".join(shown)}]}}' if shown else "{}"


def write_bulk_error(message: str) -> str:
    """`{"errors": …}`."""
    return dumps({"errors": message})
