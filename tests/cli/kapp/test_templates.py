import pytest

from oakum.cli.kapp.templates import YttTemplates
from oakum.deploy.config.tables import TOKENS_OVERLAY
from oakum.deploy.errors import ConfigError
from oakum.deploy.resource import Resource

OVERLAY = """\
#@ load("@ytt:overlay", "overlay")
#@ load("@ytt:data", "data")
#@overlay/match by=overlay.all
---
data:
  kept: #@ data.values.existing.data.kept
"""
IS_DONE = """\
def is_done(resource):
  if hasattr(resource, "status") and resource.status.ready:
    return {"done": True, "successful": True, "message": "yes"}
  end
  return {"done": False, "message": "not yet"}
end
"""


def config_map(**data: str) -> Resource:
    return Resource({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": data})


def test_an_overlay_sees_the_existing_object() -> None:
    new = config_map(kept="new", x="1")
    made = YttTemplates().rebase(OVERLAY, new, new, config_map(kept="old"))
    assert made.body["data"] == {"kept": "old", "x": "1"}


def test_a_function_says_whether_a_resource_is_done() -> None:
    waiting = Resource({"kind": "Foo"})
    assert YttTemplates().is_done(IS_DONE, waiting) == {"done": False, "message": "not yet"}
    ready = Resource({"kind": "Foo", "status": {"ready": True}})
    assert YttTemplates().is_done(IS_DONE, ready)["successful"] is True


def returned(value: str) -> dict[str, object]:
    return YttTemplates().is_done(f"def is_done(resource):\n  return {value}\nend\n", Resource({"kind": "Foo"}))


def test_a_function_that_returns_nothing_says_nothing_and_its_message_may_be_a_number() -> None:
    assert returned("None") == {}
    assert returned('{"done": None, "message": 3, "more": 1}') == {"message": "3"}


@pytest.mark.parametrize(("value", "why"), [
    ("[1]", "array into Go struct field waitRuleContractV1Result.Result of type resourcesmisc.WaitRuleContractV1ResultDetails"),
    ('{"done": "yes"}', "string into Go struct field WaitRuleContractV1ResultDetails.Result.done of type bool"),
    ('{"message": ["a"]}', "array into Go struct field WaitRuleContractV1ResultDetails.Result.message of type string")])
def test_what_a_function_returns_has_to_fit(value: str, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        returned(value)
    assert str(caught.value) == ("Deserializing result: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
                                 f"{why}")


def test_the_printed_rule_for_service_accounts_does_what_the_native_one_does() -> None:
    from oakum.deploy.config.defaults import keep_tokens

    new = Resource({"kind": "ServiceAccount", "metadata": {"name": "s"}, "secrets": [{"name": "mine"}]})
    existing = Resource({"kind": "ServiceAccount", "metadata": {"name": "s"},
                         "secrets": [{"name": "s-token-a"}, {"name": "s-dockercfg-b"}, {"name": "other"}],
                         "imagePullSecrets": [{"name": "s-dockercfg-b"}]})
    native = new.copy()
    keep_tokens(native, existing)
    assert native.body["secrets"] == [{"name": "mine"}, {"name": "s-token-a"}, {"name": "s-dockercfg-b"}]
    assert YttTemplates().rebase(TOKENS_OVERLAY, new, new, existing).body == native.body
