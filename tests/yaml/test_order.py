import random

from oakum.yaml.order import natural


def test_letters_follow_everything_else_and_digits_count() -> None:
    keys = ["", "_x", "1", "1.5", "A", "a2", "a10", "b-e", "b.c", "b/d", "b_f", "bC", "true", "z"]
    for seed in range(5):
        assert natural(random.Random(seed).sample(keys, len(keys))) == keys


def test_the_numbers_at_the_first_difference_are_compared_before_what_follows() -> None:
    assert natural(["a1b", "a10", "a2"]) == ["a2", "a10", "a1b"]


def test_zeros_behind_a_digit_keep_their_weight() -> None:
    assert natural(["a100", "a10", "a1"]) == ["a1", "a10", "a100"]


def test_runs_of_digits_are_compared_as_go_reads_them_into_64_bits() -> None:
    long, longer = "a1" + "0" * 5000, "a2" + "0" * 5000
    assert natural([longer, long, "a" + "0" * 6000 + "5"]) == [long, longer, "a" + "0" * 6000 + "5"]
    assert natural(["a5", "a9223372036854775808", "a18446744073709551620"]) == [
        "a9223372036854775808", "a18446744073709551620", "a5"]
