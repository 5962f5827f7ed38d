"""The report about a malformed schema or about data values that violate theirs (ytt: error report format)."""
from __future__ import annotations

from collections.abc import Iterable

from oakum.record import NamedTuple
from oakum.template.annotation import Annotation
from oakum.template.schema.govalue import go_syntax
from oakum.typing import Any
from oakum.yaml.nodes import Array, ArrayItem, Document, Item, Map, MapItem, Source


class Violation(NamedTuple):
    """One finding: at the item `at`, because of its `annotations` where those are wrong.

    A `found` or `expected` that is empty leaves its line empty, as reports of the reference do.
    """

    at: Item | Map | Array
    found: str
    expected: str
    description: str = ""
    hints: tuple[str, ...] = ()
    annotations: tuple[Annotation, ...] = ()


def report(summary: str, violations: Iterable[Violation], *, calculated: bool = False) -> str:
    """The text that lists `violations` under `summary`; it starts with a newline and ends with two.

    What stands in no source was `calculated`, and is shown, or else only said to be nowhere.
    """
    found = list(violations)
    numbers = [violation.at.line for violation in found if violation.at.source]
    pad = " " * (3 + len(str(max(numbers, default=0))))
    return f"{heading(summary)}\n" + "".join(_block(violation, pad, calculated) for violation in found)


def heading(summary: str) -> str:
    """`summary` underlined, after a newline."""
    return f"\n{summary}\n{'=' * len(summary.encode('utf-8', 'surrogateescape'))}\n"


def enclosed(inner: str) -> str:
    """What is wrong inside a part of a schema, told as a fault of its own."""
    return f"{heading('Invalid schema')}{inner} \n\n"


def _block(violation: Violation, pad: str, calculated: bool) -> str:
    lines = [violation.description] if violation.description else []
    lines += _excerpt(violation, pad, calculated)
    lines += ["", _labelled("found", violation.found, pad), _labelled("expected", violation.expected, pad)]
    lines += [f"{pad}= hint: {hint}" for hint in violation.hints]
    return "\n".join(lines) + "\n\n"


def _labelled(label: str, text: str, pad: str) -> str:
    return f"{pad}= {label}: {text}" if text else ""


def _excerpt(violation: Violation, pad: str, calculated: bool) -> list[str]:
    at = violation.at
    if at.source is None and calculated:
        return ["Data value calculated:", f"{pad}#", f"{pad}# {_computed(at)}", f"{pad}#"]
    lines = [f"{at.source.name if at.source else ''}:", f"{pad}|"]
    above = None
    for source, number, text in _lines(violation):
        if above and above != (source, number - 1):
            lines.append(f"{pad}| ...")
        lines.append(f"  {number:>{len(pad) - 3}} | {text}")
        above = source, number
    if not at.line:
        lines += [f"{pad}| ..."] if above else []
        lines.append(f"{'?':>{len(pad) - 1}} | ")
    return [*lines, f"{pad}|"]


def _lines(violation: Violation) -> list[tuple[Source, int, str]]:
    """The lines to show, with where they are: of the annotations, which another file may hold, then of the item."""
    annotations = sorted(violation.annotations, key=lambda annotation: annotation.line)
    placed = dict.fromkeys((at.line, at.source) for at in (*annotations, violation.at) if at.line)
    found = [(source, line, source.text(line)) for line, source in placed if source]
    if isinstance(violation.at, Document) and violation.at.line:
        # A document that starts without a marker has no line of its own, only the place of one.
        source, line, text = found[-1]
        found[-1] = source, line, text if text.startswith("---") else ""
    return found


def _computed(item: Any) -> str:
    value: Any = item.value
    if isinstance(item, MapItem):
        return f"{item.key}: {go_syntax(value)}"
    return f"{'-' if isinstance(item, ArrayItem) else '---'} {go_syntax(value)}"
