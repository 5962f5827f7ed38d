"""The YAML of kbld and kapp: Kubernetes' dialect, go-yaml v2 by way of JSON (sigs.k8s.io/yaml).

Documents are plain Python values (None, bool, int, float, str, list, dict with str keys). Go holds every number that
went through JSON as a float64; here integers stay `int` and floats `float`, both precise, so that a large integer
survives. Pass `floats=True` where Go's loss must be reproduced (kapp's recorded digests): every number is a `float`.
"""
from __future__ import annotations

from contextlib import suppress

from oakum.late import pattern
from oakum.typing import TYPE_CHECKING, Any
from oakum.yaml.errors import SeparatorError
from oakum.yaml.keys import json_scalar, key_text
from oakum.yaml.nodes import Array, Map, MapItem, Source, Value
from oakum.yaml.resolve import resolve

if TYPE_CHECKING:
    from oakum.yaml.lines import Line

_OTHERWISE = pattern("[\\t\\x7f-\\x9f\\u2028\\u2029\\udc80-\\udcff\\ufeff\\ufffe\\uffff]|"
                     "\\\\u[dD][89abAB]..(?!\\\\u[dD][c-fC-F])|(?<!\\\\u[dD][89abAB]..)\\\\u[dD][c-fC-F]")
"""What JSON has too but YAML reads otherwise or not at all: tabs, line breaks of Unicode, halves of characters,
bytes that are no UTF-8 (`surrogateescape`)."""


def dump(obj: Any) -> str:
    """`obj` as sigs.k8s.io/yaml writes it: see `oakum.yaml.plain_writer`, which is imported when it is needed."""
    from oakum.yaml import plain_writer

    return plain_writer.dump(obj)


def split_documents(text: str) -> list[tuple[str, int]]:
    """The pieces of `text` between lines that start with `---`, each with its first line (from 1).

    Each ends with a newline, as Go reads line by line: a last line without one is no other block of text.
    Empty pieces are left out: a caller that numbers documents counts these. Raises SeparatorError for `--- text`.
    """
    found = []
    start, line = 0, 1
    text = text.removeprefix("\ufeff")
    while (mark := _separator(text, start)) >= 0:
        end = text.find("\n", mark) + 1 or len(text)
        rest = text[mark + 3 : end].strip()
        if rest and not rest.startswith("#"):
            raise SeparatorError(rest)
        if mark > start:
            found.append((text[start:mark], line))
        line += text.count("\n", start, end)
        start = end
    if start < len(text):
        found.append((text[start:] + "\n" * (not text.endswith("\n")), line))
    return found


def _separator(text: str, start: int) -> int:
    """Where the next line with a separator begins, from the beginning of a line on; -1 where there is none."""
    return start if text.startswith("---", start) else (text.find("\n---", start) + 1 or -1)


def load_all(text: str, *, floats: bool = False) -> list[Any]:
    """The value of each piece of `split_documents(text)`. Raises what that and `load` raise."""
    known: dict[str, Line] = {}
    return [load(piece, floats=floats, known=known) for piece, _ in split_documents(text)]


def load(text: str, *, floats: bool = False, known: dict[str, Line] | None = None) -> Any:
    """The first document of `text`; None when there is none.

    Scalars are YAML 1.1's, the last of duplicate keys wins, keys become strings, merge keys and aliases are expanded
    (each alias a copy). A caller with many texts to read gives one dict, empty at first, as `known` with each of them.
    Raises SyntaxYAMLError with go-yaml's words, YAMLError for what JSON cannot hold (infinities, null keys).
    Callers put `error converting YAML to JSON: ` before the message where Go does.
    """
    if text.startswith("{") and (_is_simple(text) or not _OTHERWISE.search(text)):
        with suppress(ValueError, RecursionError):
            return _from_json(text, floats)
    if not text.startswith("---") and "\n---" not in text:
        from oakum.yaml.simple import build_simple

        simple = build_simple(text, Source("", text.split("\n")), True, resolve, known)
        if simple:
            return _plain(simple[0].items[0].value, floats)
    from oakum.yaml.plain_loader import load as load_events

    return load_events(text, floats)


def _is_simple(text: str) -> bool:
    """Whether there is nothing that `_OTHERWISE` might find, whose compilation takes longer than to read a small file.
    """
    return text.isascii() and "\t" not in text and "\x7f" not in text and "\\u" not in text


def _from_json(text: str, floats: bool) -> Any:
    """The value of JSON, which is YAML too; much is written so by programs. Raises ValueError for other YAML."""
    import json

    def number(text: str) -> Any:
        return json_scalar(resolve(text), floats)

    return json.loads(text, parse_int=number, parse_float=number, parse_constant=_no_json)


def _no_json(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _pair(item: MapItem, floats: bool) -> tuple[str, Any]:
    value = _plain(item.value, floats)
    return key_text(item.key, value), value


def _plain(value: Value, floats: bool) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, Map):
        return dict(_pair(item, floats) for item in value.items)
    if isinstance(value, Array):
        return [_plain(item.value, floats) for item in value.items]
    return json_scalar(value, floats)
