import json
from typing import Any

import pytest

from oakum.deploy.config.defaults import default_config
from oakum.deploy.diff.change import UPDATE, Differ
from oakum.deploy.diff.history import DIGEST, ORIGINAL, Comparing, record
from oakum.deploy.diff.ops import diff_ops, older_digest
from oakum.deploy.diff.rebase import NoTemplates
from oakum.deploy.errors import ConfigError
from oakum.deploy.resource import Resource


def made(value: str, **notes: Any) -> Resource:
    return Resource({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "annotations": notes}, "data": {"k": value}})


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


DIFFER = Differ(Comparing(default_config(), NoTemplates()))


@pytest.mark.parametrize("record", ["", "{", "[1]", "5", "null", '"x"', "{}", '{"metadata": 5}', '{"metadata": {"labels": [1]}, "data": 5}'])
def test_a_record_that_somebody_has_edited_counts_for_nothing(record: str) -> None:
    change = DIFFER.compare(made("old", **{ORIGINAL: record, DIGEST: "0"}), made("new"))
    assert change.op == UPDATE
    assert change.left is not None
    assert change.left.body["data"] == {"k": "old"}


def test_one_that_is_nested_too_deeply_is_named() -> None:
    record = json.dumps({"data": nested(900)})
    with pytest.raises(ConfigError, match=r"^Comparing configmap/a \(v1\) cluster: .* is nested too deeply \(hint: delete it, .*\)$"):
        DIFFER.compare(made("old", **{ORIGINAL: record, DIGEST: "0"}), made("new"))


def test_a_record_of_an_older_reference_is_understood() -> None:
    stored = made("old")
    applied = Resource(dict(stored.body, immutable=False))
    notes = record(stored, applied, DIFFER.how)
    notes[DIGEST] = older_digest(diff_ops(stored.body, dict(stored.body, immutable=False)))
    wanted = Resource(dict(applied.body, data={"k": "new"}))
    left = DIFFER.compare(made("old", **notes), wanted).left
    assert left is not None
    assert "immutable" in left.body
