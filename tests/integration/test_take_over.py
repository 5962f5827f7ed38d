"""Applications handed over between ours and the reference kapp, both ways, on whatever `--target` names.

What one recorded the other must find as it was: a difference that nobody made would be applied by the next deploy.
"""
from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from testbed.reference import find
from tests.integration.conftest import BIN, Kubectl

OURS = str(BIN / "kapp")
REFERENCE = find("kapp-go")
NOTHING = "0 create, 0 delete, 0 update"
APPLICATION = """
apiVersion: v1
kind: ConfigMap
metadata: {name: plain}
data: {a: "%(n)d", html: "<a&b>", number: "1.0", unicode: "é\\u2028"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: versioned, annotations: {kapp.k14s.io/versioned: "", kapp.k14s.io/num-versions: "3"}}
data: {a: "%(n)d"}
---
apiVersion: v1
kind: Secret
metadata: {name: secret}
data: {p: aHVudGVyMg==}
---
apiVersion: v1
kind: Service
metadata: {name: service}
spec: {clusterIP: None, selector: {app: web}, ports: [{port: 8%(n)d}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: deployment}
spec:
  replicas: 0
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: c, image: "nowhere.test/x:%(n)d", resources: {limits: {cpu: 0.5}}, envFrom: [{configMapRef: {name: versioned}}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: account}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: role}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: stateful}
spec:
  replicas: 0
  serviceName: service
  selector: {matchLabels: {app: store}}
  template:
    metadata: {labels: {app: store, n: "%(n)d"}}
    spec: {containers: [{name: c, image: nowhere.test/x}]}
  volumeClaimTemplates:
  - metadata: {name: plain}
    spec: &claim {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
  - metadata: {name: labeled, labels: {tier: slow}}
    spec: *claim
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: cron}
spec:
  suspend: true
  schedule: "%(n)d 0 * * *"
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: nowhere.test/x}]}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: policy}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: ingress}
spec: {rules: [{host: "%(n)d.test", http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: service, port: {number: 80}}}}]}}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: budget}
spec: {minAvailable: %(n)d, selector: {matchLabels: {app: web}}}
"""
KINDS = ("configmaps,secrets,services,deployments,serviceaccounts,roles,statefulsets,cronjobs,networkpolicies,ingresses,"
         "poddisruptionbudgets")
Program = Callable[..., str]

pytestmark = pytest.mark.skipif(REFERENCE is None, reason="the reference kapp is not here: python -m testbed reference-kapp")


@pytest.fixture(params=[(OURS, REFERENCE), (REFERENCE, OURS)], ids=["ours first", "the reference first"])
def programs(request: pytest.FixtureRequest, kubectl: Kubectl) -> list[Program]:
    """Ours and the reference in either order; each fails the test when its exit status is not 0."""
    def running(path: str) -> Program:
        def run(*words: str) -> str:
            done = subprocess.run([path, *words, "-n", kubectl.namespace], env=kubectl.environment, capture_output=True,
                                  text=True, timeout=180)
            assert done.returncode == 0, f"{path} {' '.join(words)}\n{done.stdout}{done.stderr}"
            return done.stdout

        return run

    return [running(path) for path in request.param]


def files(folder: Path) -> tuple[str, str]:
    """The application, and a later state of it."""
    for n in (1, 2):
        (folder / f"{n}.yml").write_text(APPLICATION % {"n": n}, encoding="utf-8")
    return str(folder / "1.yml"), str(folder / "2.yml")


def listed(program: Program, *words: str) -> list[str]:
    """The lines of a table without its ages, in any order."""
    return sorted(re.sub(r"\b\d+[smh]\b", "AGE", line) for line in program(*words).splitlines())


def test_what_one_deployed_the_other_finds_updates_renames_and_deletes(
        programs: list[Program], kubectl: Kubectl, tmp_path: Path) -> None:
    first, second = programs
    old, new = files(tmp_path)
    first("deploy", "-a", "app", "-f", old, "-y")
    assert NOTHING in second("deploy", "-a", "app", "-f", old, "--diff-run", "--tty")
    assert listed(second, "inspect", "-a", "app") == listed(first, "inspect", "-a", "app")
    second("deploy", "-a", "app", "-f", new, "-y")
    assert NOTHING in first("deploy", "-a", "app", "-f", new, "--diff-run", "--tty")
    first("rename", "-a", "app", "--new-name", "other", "-y")
    assert NOTHING in second("deploy", "-a", "other", "-f", new, "--diff-run", "--tty")
    assert listed(second, "app-change", "list", "-a", "other") == listed(first, "app-change", "list", "-a", "other")
    second("delete", "-a", "other", "-y")
    assert kubectl("get", KINDS, "-l", "kapp.k14s.io/app", "-o", "name") == ""


def test_both_record_the_same_on_the_objects(programs: list[Program], kubectl: Kubectl, tmp_path: Path) -> None:
    old, _ = files(tmp_path)
    told = []
    for program in programs:
        program("deploy", "-a", "app", "-f", old, "-y")
        found = kubectl.json("get", KINDS, "-l", "kapp.k14s.io/app")
        records = {}
        for made in found["items"]:
            meta = made["metadata"]
            own = meta["labels"].pop("kapp.k14s.io/app")
            notes = {key: value.replace(own, "APP") for key, value in {**meta["annotations"], **meta["labels"]}.items()}
            records[made["kind"], meta["name"]] = {key: notes[key] for key in notes if key.startswith("kapp.k14s.io/")}
        assert len(records) == APPLICATION.count("\nkind: ")
        told.append(records)
        program("delete", "-a", "app", "-y")
    assert told[0] == told[1]
