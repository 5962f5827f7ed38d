"""What a server blames."""
import json
from typing import Any

import pytest

from oakum.kube.errors import ApiError, from_answer

BEGINS = "failed to create typed patch object (n/d; apps/v1, Kind=Deployment): "


@pytest.mark.parametrize(("message", "fields"), [
    ('ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field '
     "ConfigMap.data of type string", ["data"]),
    (BEGINS + "errors:\n  .data.a: expected string, got &value.valueUnstructured{Value:1}\n  .data.b: expected string",
     ["data.a", "data.b"]),
    (BEGINS + '.spec.template.spec.containers[name="a"].bogus: field not declared in schema',
     ['spec.template.spec.containers[name="a"].bogus']),
    (BEGINS + '.spec.template.spec.containers: duplicate entries for key [name="two"]', ["spec.template.spec.containers"]),
    ("something else: .no.field: of ours", []),
])
def test_fields_are_known_where_only_the_sentence_names_them(message: str, fields: list[str]) -> None:
    assert [field for field, _ in ApiError(400, "", message).field_causes()] == fields


def test_a_cause_that_names_no_field_is_not_one() -> None:
    causes = [{"field": "spec.size", "message": "Required value"}, {"field": "<nil>", "message": "not checked"}, {"field": ""}]
    assert ApiError(422, "Invalid", "", {"causes": causes}).field_causes() == [("spec.size", "Required value")]


@pytest.mark.parametrize("fields", [
    {"details": True}, {"details": [1]}, {"details": {"causes": 5}}, {"details": {"causes": [5]}},
    {"details": {"retryAfterSeconds": "soon"}}, {"reason": None},
])  # fmt: skip
def test_what_a_status_says_beside_its_message_may_be_of_any_kind(fields: dict[str, Any]) -> None:
    body = json.dumps({"kind": "Status", "message": "no", **fields}).encode()
    error = from_answer(422, body)
    assert (str(error), error.reason, error.retry_after, error.field_causes()) == ("no", "", None, [])


def test_a_message_that_is_no_text_is_none() -> None:
    body = json.dumps({"kind": "Status", "message": {"a": 1}}).encode()
    assert str(from_answer(409, body)) == f"the server reported a conflict ({body.decode()})"
