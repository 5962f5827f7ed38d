from oakum.template.explain import explain
from oakum.yaml.nodes import Document
from oakum.yaml.parser import parse


def test_each_value_is_shown_with_its_origin() -> None:
    values = parse("a:\n  b: 1\n  list: [x]\nempty: {}\n", "values.yml").items[0]
    assert explain(values) == [
        "a.b = 1        # values.yml:2",
        "a.list[0] = x  # values.yml:3",
        "empty = {}     # values.yml:4",
    ]


def test_without_data_values_there_is_nothing_to_explain() -> None:
    assert explain(Document()) == []


def test_a_key_that_is_no_text_is_shown_as_yaml() -> None:
    assert explain(parse("true: 1\n", "values.yml").items[0]) == ["true = 1  # values.yml:1"]
