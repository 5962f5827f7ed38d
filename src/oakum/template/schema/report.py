"""The report about a malformed schema or about data values that violate theirs (ytt: error report format)."""
from __future__ import annotations

from collections.abc import Iterable

from oakum.record import NamedTuple
from oakum.template.annotation import Annotation
from oakum.template.schema.govalue import go_syntax
from oakum.typing import Any
from oakum.yaml.nodes import Array, ArrayItem, Document, Item, Map, MapItem


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
    numbers = [number for violation in found for number, _ in _lines(violation)]
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
    last = 0
    for number, text in _lines(violation):
        if last and number != last + 1:
            lines.append(f"{pad}| ...")
        lines.append(f"{number:>{len(pad) - 1}} | {text}")
        last = number
    if not at.line:
        lines += [f"{pad}| ..."] if last else []
        lines.append(f"{'?':>{len(pad) - 1}} | ")
    return [*lines, f"{pad}|"]


def _lines(violation: Violation) -> list[tuple[int, str]]:
    """The numbers and texts of the lines to show: of the annotations, which another file may hold, then of the item."""
    annotations = sorted(violation.annotations, key=lambda annotation: annotation.line)
    placed = dict.fromkeys((at.line, at.source) for at in (*annotations, violation.at) if at.line)
    texts = [(line, source.text(line)) for line, source in placed if source]
    if isinstance(violation.at, Document) and violation.at.line:
        # A document that starts without a marker has no line of its own, only the place of one.
        texts[-1] = (texts[-1][0], texts[-1][1] if texts[-1][1].startswith("---") else "")
    return texts


def _computed(item: Any) -> str:
    value: Any = item.value
    if isinstance(item, MapItem):
        return f"{item.key}: {go_syntax(value)}"
    return f"{'-' if isinstance(item, ArrayItem) else '---'} {go_syntax(value)}"
