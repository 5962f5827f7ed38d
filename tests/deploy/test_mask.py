from typing import Any

import pytest

from oakum.deploy.config.config import parse_config
from oakum.deploy.config.defaults import default_config
from oakum.deploy.diff.mask import Mask
from oakum.deploy.resource import Resource
from oakum.deploy.values import text


def secret(**fields: Any) -> Resource:
    return Resource({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, **fields})


@pytest.mark.parametrize("data", ["hunter2", ["hunter2"], {"k": "hunter2"}, {"k": ["hunter2"]}, [{"k": "hunter2"}]])
@pytest.mark.parametrize("field", ["data", "stringData"])
def test_values_are_hidden_whatever_form_they_have(field: str, data: Any) -> None:
    assert "hunter2" not in text(Mask(default_config()).apply(secret(**{field: data})).body)


def test_equal_values_have_one_number_and_nothing_has_none() -> None:
    masked = Mask(default_config()).apply(secret(data={"a": "x", "b": "y", "c": "x"}, stringData=None))
    assert list(masked.body["data"].values()) == [f"<-- value not shown (#{number})" for number in (1, 2, 1)]
    assert masked.body["stringData"] is None


@pytest.mark.parametrize(("part", "hidden"), [({"allIndexes": True}, 2), ({"index": 1}, 1), ({"index": 7}, 0)])
def test_values_in_lists_are_hidden_at_their_places(part: dict[str, Any], hidden: int) -> None:
    rule = {"path": ["items", part, "secret"], "resourceMatchers": [{"allMatcher": {}}]}
    config = parse_config(Resource({"apiVersion": "kapp.k14s.io/v1alpha1", "kind": "Config", "diffMaskRules": [rule]}), "0.60.0")
    resource = secret(items=[{"secret": {"k": "a"}}, {"secret": {"k": "b"}}])
    assert text(Mask(config).apply(resource).body).count("not shown") == hidden
    assert resource.body["items"][0] == {"secret": {"k": "a"}}
