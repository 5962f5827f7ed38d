import pytest

from oakum.gostruct import BYTES, TEXT, Struct, decode

SHAPE = Struct("v1.Thing", {"name": TEXT, "the-data": BYTES})


def test_base64_becomes_bytes_and_may_have_line_breaks() -> None:
    assert decode({"the-data": "YW\nJj"}, SHAPE) == {"the-data": b"abc"}


@pytest.mark.parametrize(("text", "at"), [("!!!", 0), ("YWJj YWJj", 4), ("YWJjZ", 4), ("YQ", 0), ("YQ==YQ==", 2)])
def test_what_is_no_base64_is_told_with_its_place(text: str, at: int) -> None:
    with pytest.raises(ValueError, match=f"^illegal base64 data at input byte {at}$"):
        decode({"the-data": text}, SHAPE)


def test_keys_are_read_in_any_case_unless_they_are_to_be_exact() -> None:
    assert decode({"Name": "x"}, SHAPE) == {"name": "x"}
    assert decode({"Name": "x"}, SHAPE, exact=True) == {}
