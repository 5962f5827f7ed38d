import pytest

from oakum.template.schema.govalue import go_syntax
from oakum.yaml.nodes import Array, Map


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "<nil>"),
        (True, "true"),
        (5, "5"),
        (1.0, "1"),
        (1.5, "1.5"),
        (1e6, "1e+06"),
        ('say "hi"\n\t\\', r'"say \"hi\"\n\t\\"'),
        ("é\x00\u200b\udcff", r'"é\x00\u200b\xff"'),
        (Map(), "map"),
        (Array(), "array"),
    ],
)
def test_values_are_shown_as_go_literals(value: object, text: str) -> None:
    assert go_syntax(value) == text
