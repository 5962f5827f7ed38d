import pytest

from oakum.template.workspace.errors import OutputError
from oakum.template.workspace.formats import FORMATS
from oakum.yaml.nodes import Document, DocumentSet, Map, MapItem
from oakum.yaml.parser import parse


def shown(form: str, text: str) -> str:
    return FORMATS[form](parse(text, "q.yml"))


def test_json_documents_follow_one_another_with_nothing_between() -> None:
    assert shown("json", "b: 1\na: [<, 1e21, 2.0]\n---\n---\n{}\n---\nx") == '{"a":["\\u003c",1e+21,2],"b":1}"x"'


def test_json_without_a_finite_number_is_nothing() -> None:
    assert shown("json", "a: .nan") == ""


def test_json_refuses_keys_that_are_not_strings() -> None:
    with pytest.raises(OutputError, match="Expected map key to be a string in JSON, but was true"):
        shown("json", "y: 1")


def test_positions_stand_before_each_node() -> None:
    assert shown("pos", "a: 1.5\nb: [x, {c: d}]\ne: |\n l1\n l2\n") == (
        "          q.yml:1 | [doc]\n"
        "          q.yml:1 |   a: 1.5\n"
        "          q.yml:2 |   b:\n"
        "          q.yml:2 |     [0] x\n"
        "          q.yml:2 |     [1]\n"
        "          q.yml:2 |       c: d\n"
        "          q.yml:3 |   e:\n"
        "                  |     |\n  l1\n  l2\n"
    )


def test_a_node_without_a_place_has_no_first_column() -> None:
    assert FORMATS["pos"](DocumentSet([Document(Map([MapItem("a", 1)]))])) == "[doc]\n  a: 1\n"
