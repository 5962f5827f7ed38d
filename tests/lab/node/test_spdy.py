import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.lab.node import spdy

HEADERS = st.dictionaries(st.text("abcdefghijklmnop-", min_size=1), st.text("0123456789 xyz"), max_size=5)


def test_the_dictionary_is_that_of_the_protocol() -> None:
    assert (len(spdy.DICTIONARY), zlib.adler32(spdy.DICTIONARY)) == (1423, 0xE3C6A7C2)


@given(st.lists(st.tuples(HEADERS, st.binary(max_size=50)), max_size=5), st.integers(1, 40))
def test_frames_come_out_as_they_went_in_however_they_are_cut(streams: list[tuple[dict[str, str], bytes]], cut: int) -> None:
    writer, reader = spdy.Writer(), spdy.Reader()
    sent = b"".join(
        writer.open(2 * number + 1, headers) + writer.data(2 * number + 1, content, last=True)
        for number, (headers, content) in enumerate(streams)
    )
    frames = [frame for at in range(0, len(sent), cut) for frame in reader.feed(sent[at : at + cut])]
    opened, data = frames[::2], frames[1::2]
    assert [frame.headers for frame in opened] == [headers for headers, _ in streams]
    assert [(frame.data, frame.last) for frame in data] == [(content, True) for _, content in streams]


@given(st.binary(min_size=8, max_size=200))
def test_anything_else_is_a_bad_frame_or_waits_for_more(noise: bytes) -> None:
    try:
        spdy.Reader(1 << 16).feed(noise)
    except spdy.BadFrame:
        return


def test_a_frame_that_is_too_long_is_refused() -> None:
    with pytest.raises(spdy.BadFrame):
        spdy.Reader(longest=10).feed(spdy.Writer().data(1, b"x" * 11))
