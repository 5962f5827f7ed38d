import sys

from oakum.starlark.keys import key_of, value_of

PRIME = sys.hash_info.modulus


def test_numbers_that_python_hashes_alike_have_hashes_of_their_own() -> None:
    keys = [key_of(number * PRIME) for number in range(1, 100)]
    assert len({hash(number * PRIME) for number in range(1, 100)}) == 1
    assert len({hash(key) for key in keys}) == len(keys)
    assert [value_of(key) for key in keys] == [number * PRIME for number in range(1, 100)]


def test_a_huge_integer_and_the_float_that_it_equals_are_one_key() -> None:
    assert key_of(1e20) == key_of(10**20)
    assert hash(key_of(1e20)) == hash(key_of(10**20))
    assert key_of(-1e20) != key_of(1e20)
