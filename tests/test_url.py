"""URLs: what is found without `urllib` is what `urllib` finds."""
import subprocess
import sys
from urllib.parse import quote, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum import url

PIECES = st.sampled_from(("http", "https", "HTTP", "://", ":", "//", "/", "host", "Host.example", "[::1]", "127.0.0.1",
                          "80", "08", "65536", "99999", "٣", "@", "u:p", "?", "a=b", "&", "#", " ", "\n", "é", "%41", "v2"))


@given(st.lists(PIECES, max_size=9).map("".join))
def test_parts_are_those_that_the_standard_library_finds(text: str) -> None:
    try:
        found = urlsplit(text)
        wanted = (found.scheme, found.netloc, found.hostname or "", found.port, found.path, found.query)
    except ValueError:
        with pytest.raises(ValueError, match="."):
            url.split(text)
    else:
        assert url.split(text) == wanted


def test_bytes_that_are_no_text_are_sent_as_they_are() -> None:
    assert url.quote("a\udcff/") == "a%FF%2F"
    assert url.decode(url.encode([("l", "x=\udcff")])) == [("l", "x=\udcff")]


@given(st.text(max_size=6), st.sampled_from(("", "/", "/~:@!$&'()*+,;=")))
def test_quoting_is_that_of_the_standard_library(text: str, safe: str) -> None:
    try:
        wanted = quote(text, safe)
    except UnicodeEncodeError:
        return
    assert url.quote(text, safe) == wanted


@given(st.lists(st.tuples(st.sampled_from(("limit", "a b", "é")), st.sampled_from(("500", "x=y", "", "a,b"))), max_size=3))
def test_queries_are_those_of_the_standard_library(query: list[tuple[str, str]]) -> None:
    assert url.encode(query) == urlencode(query)
    assert url.decode(url.encode(query)) == query


def test_plain_addresses_take_no_import_of_the_standard_library() -> None:
    code = (
        "import sys; from oakum import url; url.split('https://registry.example:50000/v2/a/b:c?x=y'); "
        "url.quote('/api/v1/x', '/'); url.encode([('a', 'b')]); sys.exit('urllib.parse' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-S", "-c", code], env={"PYTHONPATH": ":".join(sys.path)}).returncode == 0
