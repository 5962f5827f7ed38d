import re
from typing import Any

import pytest

from oakum.gostruct import BYTES, INT32, INT64, STRING, TEXT, Many, Named, Struct, decode

SHAPE = Struct("v1.Thing", {"name": STRING, "the-data": BYTES, "labels": Named(STRING)})
SHAPE.fields["parts"] = Many(SHAPE)


def test_base64_becomes_bytes_and_may_have_line_breaks() -> None:
    assert decode({"the-data": "YW\nJj"}, SHAPE) == {"the-data": b"abc"}


@pytest.mark.parametrize(("text", "at"), [("!!!", 0), ("YWJj YWJj", 4), ("YWJjZ", 4), ("YQ", 0), ("YQ==YQ==", 4)])
def test_what_is_no_base64_is_told_with_its_place(text: str, at: int) -> None:
    with pytest.raises(ValueError, match=f"^illegal base64 data at input byte {at}$"):
        decode({"the-data": text}, SHAPE)


def test_keys_are_read_in_any_case_but_not_in_kubernetes_own_decoder() -> None:
    assert decode({"Name": "x"}, SHAPE) == {"name": "x"}
    assert decode({"Name": "x"}, SHAPE, kubernetes=True) == {}


@pytest.mark.parametrize(("value", "place", "in_kubernetes"), [
    (5, "Go value of type v1.Thing", "Go value of type v1.Thing"),
    ({"name": 5}, "Go struct field .name of type string", "Go struct field Thing.name of type string"),
    ({"parts": [{"name": 5}]}, "Go struct field .parts.0.name of type string",
     "Go struct field Thing.parts.name of type string"),
    ({"parts": [5]}, ".parts.0 of type v1.Thing", "Go struct field Thing.parts of type v1.Thing"),
    ({"labels": {"a": 5}}, "Go struct field .labels.a of type string", "Go struct field Thing.labels of type string"),
])
def test_a_value_of_the_wrong_type_is_told_with_its_place(value: Any, place: str, in_kubernetes: str) -> None:
    for kubernetes, words in ((False, place), (True, in_kubernetes)):
        with pytest.raises(ValueError, match=f"^json: cannot unmarshal number into {re.escape(words)}$"):
            decode(value, SHAPE, kubernetes=kubernetes)


def test_fields_that_are_not_known_are_left_out_or_refused() -> None:
    assert decode({"colour": "red"}, SHAPE) == {}
    with pytest.raises(ValueError, match='^json: unknown field "colour"$'):
        decode({"colour": "red"}, SHAPE, strict=True)


def test_numbers_and_booleans_are_text_only_where_that_is_welcome() -> None:
    assert decode([1, 1.0, 1.5, True, "a", None], Many(TEXT)) == ["1", "1", "1.5", "true", "a", None]
    with pytest.raises(ValueError, match="cannot unmarshal bool"):
        decode([True], Many(STRING))


@pytest.mark.parametrize("value", [0, -3, 7.0, 2**31 - 1, -2**31])
def test_whole_numbers_are_read_in_their_bounds(value: Any) -> None:
    assert decode(value, INT32) == int(value)


@pytest.mark.parametrize(("value", "kind"), [(1.5, "number 1.5"), (2**31, "number 2147483648"), (True, "bool"), ("5", "string"),
                                             (float("inf"), "number +Inf"), ([], "array")])
def test_what_is_no_whole_number_is_refused(value: Any, kind: str) -> None:
    with pytest.raises(ValueError, match=f"^json: cannot unmarshal {re.escape(kind)} into Go value of type int32$"):
        decode(value, INT32)
    assert decode(2**31, INT64) == 2**31
