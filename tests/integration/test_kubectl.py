"""A stock kubectl, against the lab as against a real cluster."""
from __future__ import annotations

import json
import subprocess
import time
import urllib.request

CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"colour": "red"}}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {
        "replicas": 1,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "main", "image": "unused"}]}},
    },
}


def deployment(image, replicas=1):
    made = json.loads(json.dumps(DEPLOYMENT))
    made["spec"]["replicas"] = replicas
    made["spec"]["template"]["spec"] = {
        "containers": [{"name": "main", "image": image}],
        "imagePullSecrets": [{"name": "registry"}],
        "terminationGracePeriodSeconds": 1,
    }
    return json.dumps(made)


def test_create_and_get(kubectl):
    kubectl("create", "configmap", "made", "--from-literal=a=b")
    assert kubectl.json("get", "configmap", "made")["data"] == {"a": "b"}
    assert kubectl("get", "configmap", "made").splitlines()[0].split() == ["NAME", "DATA", "AGE"]


def test_get_of_nothing_says_not_found(kubectl):
    assert 'configmaps "absent" not found' in kubectl("get", "configmap", "absent", status=1)


def test_describe(kubectl):
    kubectl("create", "configmap", "made", "--from-literal=a=b")
    assert "Name:         made" in kubectl("describe", "configmap", "made")


def test_apply_updates_what_it_made_and_keeps_what_others_set(kubectl):
    kubectl("apply", "-f-", stdin=json.dumps(CONFIG_MAP))
    kubectl("annotate", "configmap", "settings", "note=mine")
    assert "configured" in kubectl("apply", "-f-", stdin=json.dumps({**CONFIG_MAP, "data": {"colour": "blue"}}))
    found = kubectl.json("get", "configmap", "settings")
    assert (found["data"], found["metadata"]["annotations"]["note"]) == ({"colour": "blue"}, "mine")
    assert "unchanged" in kubectl("apply", "-f-", stdin=json.dumps({**CONFIG_MAP, "data": {"colour": "blue"}}))


def test_server_side_apply_reports_a_conflict_and_can_force(kubectl):
    kubectl("apply", "--server-side", "--field-manager=one", "-f-", stdin=json.dumps(CONFIG_MAP))
    other = json.dumps({**CONFIG_MAP, "data": {"colour": "blue"}})
    told = kubectl("apply", "--server-side", "--field-manager=two", "-f-", stdin=other, status=1)
    assert 'conflict with "one": .data.colour' in told
    kubectl("apply", "--server-side", "--field-manager=two", "--force-conflicts", "-f-", stdin=other)
    assert kubectl.json("get", "configmap", "settings")["data"] == {"colour": "blue"}


def test_patch_in_its_three_forms(kubectl):
    kubectl("create", "-f-", stdin=json.dumps(DEPLOYMENT | {"spec": DEPLOYMENT["spec"] | {"replicas": 0}}))
    container = '{"spec":{"template":{"spec":{"containers":[{"name":"main","env":[{"name":"A","value":"1"}]}]}}}}'
    kubectl("patch", "deployment", "web", "-p", container)
    kubectl("patch", "deployment", "web", "--type=merge", "-p", '{"metadata":{"labels":{"a":"b"}}}')
    kubectl("patch", "deployment", "web", "--type=json", "-p", '[{"op":"remove","path":"/metadata/labels/a"}]')
    found = kubectl.json("get", "deployment", "web")
    assert found["spec"]["template"]["spec"]["containers"][0]["env"] == [{"name": "A", "value": "1"}]
    assert "labels" not in found["metadata"]


def test_edit_by_a_scripted_editor(kubectl):
    kubectl("apply", "-f-", stdin=json.dumps(CONFIG_MAP))
    kubectl("edit", "configmap", "settings", env={"EDITOR": "sed -i s/red/green/"})
    assert kubectl.json("get", "configmap", "settings")["data"] == {"colour": "green"}


def test_scale_and_rollout_status(kubectl, own_ports, image):
    kubectl("create", "-f-", stdin=deployment(image))
    kubectl("rollout", "status", "deployment/web", "--timeout=60s")
    kubectl("scale", "deployment/web", "--replicas=2")
    kubectl("wait", "--for=jsonpath={.status.readyReplicas}=2", "deployment/web", "--timeout=60s")
    assert len(kubectl.json("get", "pods", "-l", "app=web")["items"]) == 2


def test_rollout_history_and_undo(kubectl, pod, image):
    pod()
    kubectl("create", "-f-", stdin=deployment(image))
    kubectl("set", "env", "deployment/web", "A=1")
    kubectl("rollout", "status", "deployment/web", "--timeout=60s")
    assert len(kubectl("rollout", "history", "deployment/web").strip().splitlines()) == 4
    kubectl("rollout", "undo", "deployment/web")
    kubectl("rollout", "status", "deployment/web", "--timeout=60s")
    assert "env" not in kubectl.json("get", "deployment", "web")["spec"]["template"]["spec"]["containers"][0]


def test_wait_and_delete(kubectl, pod):
    name = pod()
    kubectl("delete", "pod", name, "--wait")
    assert "not found" in kubectl("get", "pod", name, status=1)


def test_logs(kubectl, pod):
    assert kubectl("logs", pod()) == "serving\n"


def test_logs_of_a_pod_that_failed(kubectl, pod):
    pod("fail", wait=False)
    kubectl("wait", "--for=jsonpath={.status.phase}=Failed", "pod/probe", "--timeout=60s")
    assert kubectl("logs", "probe") == "failing as told\n"
    assert kubectl.json("get", "pod", "probe")["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 3


def test_exec_with_output_input_and_status(kubectl, pod):
    name = pod()
    assert kubectl("exec", name, "--", "/probe", "say", "hi") == "[hi]\n"
    assert kubectl("exec", "-i", name, "--", "/probe", "cat", stdin="through and back") == "through and back"
    assert "exit code 3" in kubectl("exec", name, "--", "/probe", "fail", status=3)


def test_port_forward(kubectl, pod):
    name = pod()
    forward = subprocess.Popen(
        ["kubectl", "--namespace", kubectl.namespace, "port-forward", f"pod/{name}", ":8080"],
        env=kubectl.environment, stdout=subprocess.PIPE, text=True,
    )
    try:
        port = forward.stdout.readline().split(" -> ")[0].rpartition(":")[2]
        for _ in range(20):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                    assert answer.read() == b"hello\n"
                break
            except ConnectionError:
                time.sleep(0.1)
    finally:
        forward.terminate()
        forward.communicate()


def test_auth_can_i(kubectl):
    assert kubectl("auth", "can-i", "create", "deployments").strip() == "yes"
    assert kubectl("auth", "can-i", "create", "deployments", "--as=nobody", status=1).strip() == "no"


def test_api_resources_and_versions(kubectl):
    assert "deployments" in kubectl("api-resources", "--api-group=apps", "-o", "name")
    assert "apps/v1" in kubectl("api-versions").splitlines()


def test_explain(kubectl):
    told = kubectl("explain", "deployment.spec.replicas")
    assert "GROUP:      apps" in told
    assert "FIELD: replicas <integer>" in told


def test_version_and_cluster_info(kubectl):
    assert kubectl.json("version")["serverVersion"]["major"] == "1"
    assert "is running at" in kubectl("cluster-info")


def test_custom_resources(kubectl):
    group = f"{kubectl.namespace}.example.com"
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}}}
    kubectl("create", "-f-", stdin=json.dumps({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": f"cups.{group}"},
        "spec": {"group": group, "scope": "Namespaced", "names": {"plural": "cups", "kind": "Cup"},
                 "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}]},
    }))
    kubectl("wait", "--for=condition=Established", f"crd/cups.{group}", "--timeout=30s")
    try:
        kubectl("create", "-f-", stdin=json.dumps(
            {"apiVersion": f"{group}/v1", "kind": "Cup", "metadata": {"name": "small"}, "spec": {"size": 1}}))
        assert kubectl.json("get", "cups", "small")["spec"] == {"size": 1}
        assert 'must be of type integer: "string"' in kubectl(
            "patch", "cup", "small", "--type=merge", "-p", '{"spec":{"size":"big"}}', status=1)
    finally:
        kubectl("delete", "crd", f"cups.{group}")
