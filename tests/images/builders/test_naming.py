from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.images.builders import naming


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("simple-app", "simple-app"),
        ("quay.io/a_b/c", "quay-io-a-b-c"),
        ("gcr.io/some-project/a-very-long-image-name/with-many-parts", "gcr-io-some-project-a-very-long-image-name-with-ma"),
        ("a" * 49 + "/b", "a" * 49 + "e"),
    ],
)
def test_a_name_becomes_part_of_a_tag(name: str, clean: str) -> None:
    assert naming.clean(name) == clean


def test_a_temporary_tag_is_never_the_same_twice() -> None:
    one, two = naming.temporary("app"), naming.temporary("app")
    assert one != two
    assert re.fullmatch(r"kbld:rand-\d{19}-\d{5,15}-app", one)


@given(st.text(min_size=1))
def test_any_name_gives_a_valid_tag(name: str) -> None:
    tag = naming.stable(name, "sha256:" + "a" * 64).partition(":")[2]
    assert re.fullmatch(r"[A-Za-z0-9-]{1,128}", tag)
