from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.semver import Version, parse

_NUMBERS = st.tuples(*[st.integers(0, 99)] * 3)
_MARKS = st.lists(st.from_regex(r"[a-z]{1,3}|0|[1-9][0-9]?", fullmatch=True), max_size=3)


@given(_NUMBERS, _MARKS)
def test_a_version_is_read_back_and_follows_its_prereleases(numbers: tuple[int, int, int], marks: list[str]) -> None:
    version = parse(".".join(map(str, numbers)) + ("-" + ".".join(marks) if marks else ""))
    assert version == Version(numbers, tuple(marks))
    assert version is not None
    assert not marks or version < Version(numbers)


@given(st.lists(st.tuples(_NUMBERS, _MARKS), min_size=3, max_size=3))
def test_precedence_is_a_total_order(versions: list[tuple[tuple[int, int, int], list[str]]]) -> None:
    one, two, three = sorted(Version(numbers, tuple(marks)) for numbers, marks in versions)
    assert one <= two <= three
    assert one <= three


def test_the_order_of_section_11_4() -> None:
    texts = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
             "1.0.0-rc.1", "1.0.0"]  # fmt: skip
    versions = [parse(text) or Version((0, 0, 0)) for text in texts]
    assert sorted(versions, reverse=True) == versions[::-1]


def test_build_metadata_does_not_count() -> None:
    assert parse("1.2.3+build.01") == parse("1.2.3")


@pytest.mark.parametrize("text", ["", "1.2", "v1.2.3", "01.2.3", "1.2.3-01", "1.2.3-", "1.2.3-a..b", "1.2.3+", "develop",
                                  "1.2." + "9" * 5000])
def test_other_text_is_no_version(text: str) -> None:
    assert parse(text) is None
