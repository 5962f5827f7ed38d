from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.lab.api.quantity import NotAQuantity, canonical, like, parse


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1000m", "1"),
        ("0.5", "500m"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("2000k", "2M"),
        ("0.1m", "100u"),
        ("0", "0"),
        ("12e6", "12e6"),
        (3, "3"),
    ],
)
def test_canonical_form(text: str | int, wanted: str) -> None:
    assert canonical(text) == wanted


@pytest.mark.parametrize("text", ["", "x", "1KiB", "1 Gi", "--1", "1ee3", "1e999999999"])
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(NotAQuantity):
        parse(text)


@given(st.integers(0, 10**15), st.sampled_from(["", "m", "k", "M", "Ki", "Mi"]))
def test_the_canonical_form_is_the_same_amount(number: int, suffix: str) -> None:
    assert parse(canonical(f"{number}{suffix}")) == parse(f"{number}{suffix}")


def test_an_amount_takes_the_suffixes_of_another() -> None:
    assert (like(Decimal(64 << 20), "1Gi"), like(Decimal(2000), "1k")) == ("64Mi", "2k")
