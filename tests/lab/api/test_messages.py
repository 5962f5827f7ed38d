"""Values in messages, as the real server prints them."""
from oakum.lab.api.gojson import go_struct, quoted


def test_internal_types_keep_their_fields_names_and_order() -> None:
    shown = go_struct({"apiGroup": "g", "name": "n"}, "Name", "APIGroup", "Kind")
    assert quoted(shown) == '{"Name":"n","APIGroup":"g","Kind":null}'
    assert quoted([shown]) == '[{"Name":"n","APIGroup":"g","Kind":null}]'


def test_other_values_have_sorted_keys() -> None:
    assert quoted({"b": 1, "a": "x"}) == '{"a":"x","b":1}'
