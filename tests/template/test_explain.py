from oakum.template.explain import explain
from oakum.yaml.parser import parse


def test_each_value_is_shown_with_its_origin() -> None:
    values = parse("a:\n  b: 1\n  list: [x]\nempty: {}\n", "values.yml").items[0]
    assert explain(values) == [
        "a.b = 1        # values.yml:2",
        "a.list[0] = x  # values.yml:3",
        "empty = {}     # values.yml:4",
    ]
