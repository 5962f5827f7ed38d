from oakum.yaml.duplicates import last_wins
from oakum.yaml.emitter import emit
from oakum.yaml.parser import parse


def test_the_last_value_stands_where_the_first_stood() -> None:
    documents = parse("a: 1\nb: [{c: 1, c: 2}]\na: 3\n", "f.yml")
    assert emit(last_wins(documents)) == "a: 3\nb:\n- c: 2\n"


def test_keys_of_different_types_differ() -> None:
    documents = parse("1: a\ntrue: b\n'1': c\n1.0: d\n", "f.yml")
    assert emit(last_wins(documents)) == '1: a\ntrue: b\n"1": c\n1: d\n'
