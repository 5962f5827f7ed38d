from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lab.api.client import MAPS, Client, config_map

from oakum.lab.api.patches import merge_patch, strategic
from oakum.lab.api.schema import struct

SPEC = struct("core.v1.PodSpec")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner)
)


@pytest.fixture
def filled(client: Client) -> Client:
    client.post(MAPS, config_map(x="1", y="2"))
    return client


def test_a_merge_patch_removes_with_null(filled: Client) -> None:
    assert filled.patch(f"{MAPS}/a", {"data": {"x": None, "z": "3"}}).json["data"] == {"y": "2", "z": "3"}


@pytest.mark.parametrize(
    ("steps", "data"),
    [
        ([{"op": "add", "path": "/data/z", "value": "3"}], {"x": "1", "y": "2", "z": "3"}),
        ([{"op": "remove", "path": "/data/x"}], {"y": "2"}),
        ([{"op": "replace", "path": "/data/x", "value": "9"}], {"x": "9", "y": "2"}),
        ([{"op": "test", "path": "/data/x", "value": "1"}, {"op": "remove", "path": "/data/x"}], {"y": "2"}),
        ([{"op": "move", "from": "/data/x", "path": "/data/w"}], {"w": "1", "y": "2"}),
        ([{"op": "copy", "from": "/data/x", "path": "/data/w"}], {"w": "1", "x": "1", "y": "2"}),
    ],
)
def test_a_json_patch_operates_step_by_step(filled: Client, steps: list[Any], data: dict[str, str]) -> None:
    assert filled.patch(f"{MAPS}/a", steps, "json-patch+json").json["data"] == data


@pytest.mark.parametrize(
    "step",
    [
        {"op": "remove", "path": "/data/none"},
        {"op": "test", "path": "/data/x", "value": "2"},
        {"op": "replace", "path": "/none/x", "value": "1"},
        {"op": "fly", "path": "/data/x"},
    ],
)
def test_a_json_patch_that_does_not_apply_changes_nothing(filled: Client, step: Any) -> None:
    assert filled.patch(f"{MAPS}/a", [step], "json-patch+json").code == 422
    assert filled.get(f"{MAPS}/a").json["data"] == {"x": "1", "y": "2"}


def test_a_strategic_patch_merges_lists_by_their_key() -> None:
    spec = {"containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "1"}]}
    patch = {"containers": [{"name": "b", "image": "2"}, {"name": "c", "image": "1"}]}
    assert strategic(SPEC, spec, patch)["containers"] == [
        {"name": "a", "image": "1"},
        {"name": "b", "image": "2"},
        {"name": "c", "image": "1"},
    ]


def test_a_strategic_patch_deletes_an_item_by_directive() -> None:
    spec = {"containers": [{"name": "a"}, {"name": "b"}]}
    assert strategic(SPEC, spec, {"containers": [{"name": "a", "$patch": "delete"}]}) == {"containers": [{"name": "b"}]}


def test_a_strategic_patch_replaces_a_list_by_directive() -> None:
    patch = {"containers": [{"$patch": "replace"}, {"name": "c"}]}
    assert strategic(SPEC, {"containers": [{"name": "a"}]}, patch) == {"containers": [{"name": "c"}]}


def test_a_strategic_patch_keeps_only_retained_keys() -> None:
    volume = {"volumes": [{"name": "v", "emptyDir": {}}]}
    patch = {"volumes": [{"name": "v", "$retainKeys": ["name", "hostPath"], "hostPath": {"path": "/x"}}]}
    assert strategic(SPEC, volume, patch) == {"volumes": [{"name": "v", "hostPath": {"path": "/x"}}]}


def test_a_strategic_patch_takes_from_a_plain_list() -> None:
    meta = struct("meta.ObjectMeta")
    patch = {"$deleteFromPrimitiveList/finalizers": ["a"], "finalizers": ["c"]}
    assert strategic(meta, {"finalizers": ["a", "b"]}, patch)["finalizers"] == ["c", "b"]


def test_what_a_strategic_patch_adds_goes_before_what_it_does_not_name() -> None:
    spec = struct("core.v1.PodSpec")
    stored = {"containers": [{"name": "a"}, {"name": "b"}]}
    added = strategic(spec, stored, {"containers": [{"name": "new"}]})
    assert [each["name"] for each in added["containers"]] == ["new", "a", "b"]
    changed = strategic(spec, stored, {"containers": [{"name": "b", "image": "x"}]})
    assert [each["name"] for each in changed["containers"]] == ["a", "b"]


@given(JSON, JSON)
def test_a_merge_patch_is_idempotent(target: Any, patch: Any) -> None:
    once = merge_patch(target, patch)
    assert merge_patch(once, patch) == once
