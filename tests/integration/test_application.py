"""A realistic application of 30 objects by `kubectl apply`, until all of it is ready; a second time changes nothing."""
from __future__ import annotations

import json
from pathlib import Path

import yaml

OBJECTS = Path(__file__).with_name("application.yml").read_text()
SETS = ("deployment/front", "deployment/back", "deployment/worker", "statefulset/store", "daemonset/agent")


def test_thirty_objects_become_ready_and_a_second_apply_changes_none(kubectl, own_ports, image):
    objects = yaml.safe_load(OBJECTS.replace("IMAGE", json.dumps(image)))
    assert len(objects) == 30
    manifest = "".join(f"---\n{json.dumps(each)}\n" for each in objects)
    kubectl("apply", "-f-", stdin=manifest)
    for name in SETS:
        kubectl("rollout", "status", name, "--timeout=110s")
    kubectl("wait", "--for=condition=Complete", "job/migrate", "--timeout=60s")
    assert kubectl("logs", "job/migrate") == "[migrated]\n"
    budgets = kubectl.json("get", "pdb")["items"]
    assert {each["metadata"]["name"]: each["status"]["disruptionsAllowed"] for each in budgets} == {"front": 1, "store": 1}
    slices = kubectl.json("get", "endpointslices", "-l", "kubernetes.io/service-name=back")["items"]
    assert [each["conditions"]["ready"] for each in slices[0]["endpoints"]] == [True, True]
    kubectl("apply", "-f-", stdin=manifest)
    assert {each["metadata"]["generation"] for each in kubectl.json("get", "deployments,statefulsets")["items"]} == {1}
