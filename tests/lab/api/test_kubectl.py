"""The stock kubectl against the API server and its controllers (no node)."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oakum.lab.api import app
from oakum.lab.controllers import standard
from oakum.lab.serving import serving
from oakum.lab.store import Store

KUBECTL = shutil.which("kubectl", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
Kubectl = Callable[..., str]
MANIFEST = """
apiVersion: v1
kind: ConfigMap
metadata: {name: plain, labels: {tier: web}}
data: {colour: COLOUR}
"""

pytestmark = pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")


@pytest.fixture
def kubectl(tmp_path: Path) -> Iterator[Kubectl]:
    server = app(Store())

    with serving(server) as address, standard(server.cluster, "CA"):

        def run(*arguments: str, stdin: str = "", code: int = 0) -> str:
            command = [KUBECTL or "", f"--server=http://{address}", *arguments]
            environment = {"HOME": str(tmp_path), "KUBECONFIG": "/dev/null"}
            done = subprocess.run(command, input=stdin, capture_output=True, text=True, env=environment, timeout=60)
            assert done.returncode == code, done.stderr
            return done.stdout or done.stderr

        yield run


def test_objects_are_applied_patched_and_deleted(kubectl: Kubectl) -> None:
    red, blue = MANIFEST.replace("COLOUR", "red"), MANIFEST.replace("COLOUR", "blue")
    assert kubectl("apply", "-f-", stdin=red) == "configmap/plain created\n"
    assert kubectl("apply", "-f-", stdin=blue) == "configmap/plain configured\n"
    assert kubectl("get", "cm", "-l", "tier=web", "-o", "jsonpath={.items[*].data.colour}") == "blue"
    assert kubectl("patch", "cm", "plain", "-p", '{"data":{"size":"L"}}') == "configmap/plain patched\n"
    assert kubectl("label", "cm", "plain", "tier-") == "configmap/plain unlabeled\n"
    other = ("apply", "--server-side", "--field-manager=other", "-f-")
    conflict = kubectl(*other, stdin=red, code=1)
    assert 'conflict with "kubectl-client-side-apply" using v1: .data.colour' in conflict
    assert kubectl(*other, "--force-conflicts", stdin=red) == "configmap/plain serverside-applied\n"
    assert "plain" in kubectl("describe", "cm", "plain")
    assert 'configmap "plain" deleted' in kubectl("delete", "cm", "plain")


def test_typed_creation_and_rollout(kubectl: Kubectl) -> None:
    assert kubectl("create", "deployment", "web", "--image=web:1", "--replicas=0") == "deployment.apps/web created\n"
    assert "successfully rolled out" in kubectl("rollout", "status", "deployment/web", "--timeout=20s")
    assert kubectl("scale", "deployment/web", "--replicas=1") == "deployment.apps/web scaled\n"
    assert kubectl("set", "image", "deployment/web", "web=web:2") == "deployment.apps/web image updated\n"
    kubectl("wait", "--for=jsonpath={.status.observedGeneration}=3", "deployment/web", "--timeout=20s")
    assert kubectl("get", "deployment", "web", "--no-headers").split()[:3] == ["web", "0/1", "1"]
    assert kubectl("create", "service", "clusterip", "web", "--tcp=80:8080") == "service/web created\n"
    assert kubectl("create", "secret", "generic", "s", "--from-literal=a=b") == "secret/s created\n"
    assert kubectl("delete", "deployment/web") == 'deployment.apps "web" deleted from default namespace\n'


def test_discovery_and_access(kubectl: Kubectl) -> None:
    assert "deployments" in kubectl("api-resources", "--api-group=apps", "-o", "name")
    assert "progressDeadlineSeconds" in kubectl("explain", "deployment.spec")
    kubectl("create", "serviceaccount", "bot")
    kubectl("create", "role", "reader", "--verb=get", "--resource=pods")
    kubectl("create", "rolebinding", "reader", "--role=reader", "--serviceaccount=default:bot")
    bot = ("--as", "system:serviceaccount:default:bot")
    assert kubectl("auth", "can-i", "get", "pods", *bot) == "yes\n"
    assert kubectl("auth", "can-i", "delete", "pods", *bot, code=1) == "no\n"
    assert kubectl("create", "token", "bot").count(".") == 2


def test_a_job_is_made_of_a_cron_job_and_an_autoscaler_of_a_deployment(kubectl: Kubectl) -> None:
    kubectl("create", "cronjob", "tick", "--image=task:1", "--schedule=* * * * *", "--", "run")
    assert kubectl("create", "job", "now", "--from=cronjob/tick") == "job.batch/now created\n"
    columns = "{.spec.template.spec.containers[0].terminationMessagePath} {.spec.template.spec.schedulerName}"
    assert kubectl("get", "job", "now", "-o", f"jsonpath={columns}") == "/dev/termination-log default-scheduler"
    kubectl("create", "deployment", "web", "--image=web:1")
    kubectl("autoscale", "deployment", "web", "--min=2", "--max=5", "--cpu=60%")
    columns = "{.spec.minReplicas} {.spec.maxReplicas} {.spec.scaleTargetRef.name} {.spec.metrics[0].resource.target}"
    shown = kubectl("get", "hpa", "web", "-o", f"jsonpath={columns}")
    assert shown == '2 5 web {"averageUtilization":60,"type":"Utilization"}'


def test_what_client_side_apply_began_server_side_apply_goes_on_with(kubectl: Kubectl) -> None:
    kubectl("apply", "-f-", stdin=MANIFEST.replace("COLOUR", "red"))
    told = kubectl("apply", "--server-side", "-f-", stdin=MANIFEST.replace("COLOUR", "blue"))
    assert told == "configmap/plain serverside-applied\n"
    assert '"colour":"blue"' in kubectl("apply", "view-last-applied", "cm", "plain", "-o", "json").replace(" ", "")


def test_kinds_are_described_in_the_older_openapi_too(kubectl: Kubectl) -> None:
    told = kubectl("explain", "deployment.spec.replicas", "--output=plaintext-openapiv2")
    assert "FIELD:    replicas <integer>" in told
    unknown = "apiVersion: v1\nkind: Nope\nmetadata: {name: a}\n"
    assert 'no matches for kind "Nope" in version "v1"' in kubectl("apply", "-f-", stdin=unknown, code=1)


def test_roles_are_reconciled(kubectl: Kubectl) -> None:
    kubectl("create", "role", "r", "--verb=get", "--resource=pods")
    role = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: default}
rules: [{apiGroups: [""], resources: [pods], verbs: [watch]}]
"""
    assert "role.rbac.authorization.k8s.io/r reconciled" in kubectl("auth", "reconcile", "-f-", stdin=role)
    assert kubectl("get", "role", "r", "-o", "jsonpath={.rules[*].verbs[*]}") == "get watch"
