from tests.lab.api.client import Client
from tests.lab.api.test_custom import DEFINITIONS, GADGETS, definition, gadget


def test_a_rule_that_cannot_be_evaluated_is_warned_of_and_not_held(client: Client) -> None:
    rule = {"rule": "cidr(self.spec.name).prefixLength() > 8"}
    body = definition()
    body["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["x-kubernetes-validations"] = [rule]
    assert client.post(DEFINITIONS, body).warnings == [
        '299 - "this lab does not hold the rule: cidr(self.spec.name).prefixLength() > 8"'
    ]
    assert client.post(GADGETS, gadget(size=1)).code == 201
