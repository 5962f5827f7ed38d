import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.yaml.numbers import general, json_number

FLOATS = [
    (1.0, "1", "1"),
    (1.5, "1.5", "1.5"),
    (100000.5, "100000.5", "100000.5"),
    (999999.0, "999999", "999999"),
    (1e6, "1e+06", "1000000"),
    (1234567.5, "1.2345675e+06", "1234567.5"),
    (123456789.0, "1.23456789e+08", "123456789"),
    (0.0001, "0.0001", "0.0001"),
    (0.00001, "1e-05", "0.00001"),
    (0.0000012, "1.2e-06", "0.0000012"),
    (1e-7, "1e-07", "1e-7"),
    (1.5e-7, "1.5e-07", "1.5e-7"),
    (1e20, "1e+20", "100000000000000000000"),
    (1e21, "1e+21", "1e+21"),
    (-1.25e22, "-1.25e+22", "-1.25e+22"),
    (12345678901234567.0, "1.2345678901234568e+16", "12345678901234568"),
    (0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"),
    (-0.0, "-0", "-0"),
]


@pytest.mark.parametrize(("number", "yaml", "json"), FLOATS)
def test_a_float_is_written_as_go_writes_it(number: float, yaml: str, json: str) -> None:
    assert general(number) == yaml
    assert json_number(number) == json


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_both_notations_read_back_exactly(number: float) -> None:
    assert float(general(number)) == number == float(json_number(number))


def test_json_has_no_infinities() -> None:
    with pytest.raises(ValueError, match=r"unsupported value: \+Inf"):
        json_number(float("inf"))
