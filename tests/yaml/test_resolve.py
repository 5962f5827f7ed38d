import math

import pytest

from oakum.yaml.errors import SyntaxYAMLError
from oakum.yaml.resolve import reads_as_text, resolve, resolve_tagged

VALUES = {
    "y": True, "Off": False, "": None, "~": None, "NULL": None, "nUll": "nUll", "-.inf": -math.inf, ".5": 0.5,
    "0o17": 15, "017": 15, "08": 8.0, "0": 0, "00": 0, "1_000": 1000, "1e3": 1000.0, "5.": 5.0, "+5": 5, "-0": 0,
    "0x1F": 31, "-0b11": -3, "18446744073709551615": 18446744073709551615, "1e400": "1e400", "1e-400": 0.0,
    "18446744073709551616": 1.8446744073709552e19, "-9223372036854775808": -(2**63), "0x1" + "0" * 16: "0x1" + "0" * 16,
    "2001-01-01": "2001-01-01", "1:30": "1:30", "._5": "._5", "0b12": "0b12", "٣": "٣", "_1": "_1", "0x": "0x",
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), VALUES.items())
def test_a_plain_scalar_has_its_yaml_1_1_value(text: str, value: object) -> None:
    found = resolve(text)
    assert (type(found), found) == (type(value), value)


TEXTS = [
    "_1", "1e", "0x", "1.2.3", "1e400", "0o8", "0b12", "._5", ".e3", "1:60", "2001-13-01", "2023-02-30",
    "2023-01-01T07:00:00", "12345-01-01", "=", "<<", "a",
]  # fmt: skip
OTHERS = [
    "yes", "1", "1.0", "5.", "0777", "089", "12:30", "-1:30", "+1:30.5", "2001-1-1", "2001-01-01T00:00:00Z",
    "2001-01-01t00:00:00.5+01:00", "2001-01-01 10:00:00",
]  # fmt: skip


def test_text_is_told_from_what_another_reader_would_convert() -> None:
    assert [text for text in TEXTS if not reads_as_text(text)] == []
    assert [text for text in OTHERS if reads_as_text(text)] == []


TAGS = [
    ("str", "5", "5"),
    ("int", "7", 7),
    ("float", "3", 3.0),
    ("binary", "aGk=", "hi"),
    ("timestamp", "2001-01-01", "2001-01-01"),
]


@pytest.mark.parametrize(("tag", "text", "value"), TAGS)
def test_a_tag_decides_the_type(tag: str, text: str, value: object) -> None:
    assert resolve_tagged(f"tag:yaml.org,2002:{tag}", text) == value


def test_a_tag_that_does_not_apply_is_an_error() -> None:
    with pytest.raises(SyntaxYAMLError, match="^yaml: cannot decode !!str `x` as a !!null$"):
        resolve_tagged("tag:yaml.org,2002:null", "x")


def test_a_custom_tag_keeps_the_text() -> None:
    assert resolve_tagged("!Ref", "5") == "5"


@pytest.mark.parametrize("text", ["1" * 5000, "-" + "1" * 5000, "0" + "7" * 5000, "0x" + "f" * 5000, "1" * 5000 + ".5"])
def test_a_number_of_any_length_that_does_not_fit_is_text(text: str) -> None:
    assert resolve(text) == text
