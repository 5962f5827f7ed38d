from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from oakum.deploy.diff.ops import diff_ops, digest, older_digest, ops_text

VALUES = st.recursive(st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b/c"]),
                      lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
                      max_leaves=8)


def test_the_digest_of_a_fresh_config_map_is_the_one_found_in_clusters() -> None:
    ops = diff_ops({"metadata": {"annotations": {}}}, {"metadata": {}})
    assert digest(ops) == "c6e94dc94aed3401b5d0f26ed6c0bff3"


def test_nothing_changed_is_an_empty_list() -> None:
    assert ops_text(diff_ops({"a": 1}, {"a": 1.0})) == "[]\n"


def test_the_digest_of_a_secret_written_as_text_is_the_one_that_the_reference_records() -> None:
    stored = {"data": {"w": "cGxhaW4=", "x": "YQ=="}, "metadata": {"annotations": {}}, "type": "Opaque"}
    ops = diff_ops(stored, {"data": {"x": "YQ=="}, "metadata": {}, "stringData": {"w": "plain"}})
    assert digest(ops) == "d0e942762697a62934736617ca83f15e"


def test_a_new_key_is_tested_for_absence() -> None:
    assert diff_ops({}, {"a/b": 1}) == [{"type": "test", "path": "/a~1b", "absent": True},
                                        {"type": "replace", "path": "/a~1b?", "value": 1}]


def test_references_of_early_2024_digest_the_name_of_a_new_key_twice() -> None:
    doubled = [{"type": "test", "path": "/a/b/b", "absent": True}, {"type": "replace", "path": "/a/b?", "value": 1}]
    assert older_digest(diff_ops({"a": {}}, {"a": {"b": 1}})) == digest(doubled)
    items = diff_ops([], [1])
    assert older_digest(items) == digest(items)


def test_surplus_items_are_removed_at_one_index_and_new_ones_appended() -> None:
    assert [op["path"] for op in diff_ops([1, 2, 3], [1])] == ["/1", "/1", "/1", "/1"]
    assert [op["path"] for op in diff_ops([1], [1, 2])] == ["/1", "/-"]


def test_the_origin_of_a_number_shows_in_the_text() -> None:
    assert ops_text([{"type": "replace", "path": "/a", "value": 1000000}]).endswith("value: 1000000\n")
    assert ops_text([{"type": "replace", "path": "/a", "value": 1000000.0}]).endswith("value: 1e+06\n")


@given(VALUES, VALUES)
def test_equal_values_alone_give_no_operations(left: Any, right: Any) -> None:
    from oakum.deploy.values import same

    assert (diff_ops(left, right) == []) == same(left, right)
