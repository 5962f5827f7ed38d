from __future__ import annotations

from oakum.template.annotation import Annotation
from oakum.template.schema.report import Violation, report
from oakum.yaml.nodes import ArrayItem, Document, MapItem, Source

SOURCE = Source("s.yml", [f"line {number}" for number in range(1, 13)])


def test_the_underline_is_as_long_as_the_summary_in_bytes() -> None:
    assert report("Größe", []) == "\nGröße\n=======\n\n"


def test_annotations_are_shown_above_the_item_with_gaps_marked() -> None:
    marks = (Annotation(line=11, source=SOURCE), Annotation(line=3, source=SOURCE))
    text = report("S", [Violation(MapItem("a", 1, 12, SOURCE), "x", "y", annotations=marks)])
    assert "s.yml:\n     |\n   3 | line 3\n     | ...\n  11 | line 11\n  12 | line 12\n     |\n\n" in text


def test_description_and_hints_surround_the_finding() -> None:
    text = report("S", [Violation(MapItem("a", 1, 2, SOURCE), "x", "y", "described", ("do this", "or that"))])
    assert "\ndescribed\ns.yml:\n" in text
    assert text.endswith("    = found: x\n    = expected: y\n    = hint: do this\n    = hint: or that\n\n")


def test_a_flag_s_nested_value_has_no_file_name() -> None:
    assert "\n:\n    |\n  1 | {a: 1}\n" in report("S", [Violation(MapItem("a", 1, 1, Source("", ["{a: 1}"])), "x", "y")])


def test_values_of_no_file_show_themselves() -> None:
    items = [MapItem("k", "v"), ArrayItem(5), Document(None)]
    text = report("S", [Violation(item, "x", "y") for item in items], calculated=True)
    assert [line for line in text.splitlines() if line.startswith("    # ")] == ['    # k: "v"', "    # - 5", "    # --- <nil>"]
