import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.gobase64 import decode, offset_of_error


@given(st.binary(max_size=20))
def test_base64_that_python_writes_has_no_bad_byte(raw: bytes) -> None:
    assert offset_of_error(base64.b64encode(raw), raw=False, strict=True) is None
    assert offset_of_error(base64.b64encode(raw).rstrip(b"="), raw=True, strict=True) is None


@pytest.mark.parametrize("text", [b"", b"YWJj", b"YW\nJ\rj", b"YWI=", b"YQ=\n=", b"YR=="])
def test_padded_text_with_line_breaks_is_read(text: bytes) -> None:
    assert decode(text) == base64.b64decode(text)


# As Go 1.26 tells them.
@pytest.mark.parametrize(("text", "at"), [
    (b"!!!", 0), (b"YWJj YWJj", 4), (b"YQ==YQ==", 4), (b"2PQa==", 4), (b"zw===", 4), (b"dQ=", 3), (b"T=", 1),
    (b"7dc1XP\n=", 8), (b"AaeVD\n\nf", 6), (b"\nv+G", 1), (b"I2xr\nk2/2WL0=/", 13), ("ä".encode(), 0),
])
def test_other_text_is_refused_with_the_place_where_go_stops(text: bytes, at: int) -> None:
    with pytest.raises(ValueError, match=f"^illegal base64 data at input byte {at}$"):
        decode(text)


def test_strict_decoding_refuses_bits_that_no_byte_takes() -> None:
    assert decode(b"YR", raw=True) == b"a"
    with pytest.raises(ValueError, match="byte 0$"):
        decode(b"YR", raw=True, strict=True)
