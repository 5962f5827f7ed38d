"""Custom kinds whose controllers set a status while they are waited for: kapp-controller's, and those of wait rules.

The definitions are written by hand, and the test is the controller: it sets the next status once a line is printed.
"""
from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.deploy.conftest import Paper, Place, config_map

from oakum.deploy.deleting import Delete, DeleteOptions
from oakum.deploy.deploying import Deploy, DeployOptions
from oakum.deploy.errors import ApplyError
from oakum.deploy.logs.options import LogsOptions
from oakum.deploy.resource import Resource
from oakum.deploy.values import floats
from oakum.kube.errors import ApiError
from oakum.kube.kinds import ResourceType

DEFINITIONS = ResourceType("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", False)
KINDS = {"App": ("kappctrl.k14s.io", "apps"), "PackageInstall": ("packaging.carvel.dev", "packageinstalls"),
         "PackageRepository": ("packaging.carvel.dev", "packagerepositories"), "Thing": ("{}.waiting.test", "things")}
"""Group, in which `{}` is the test's own namespace, and plural. Groups that kapp knows belong to one test at a time."""
QUIET = LogsOptions(enabled=False)


def definition(kind: ResourceType) -> dict[str, Any]:
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    version = {"name": "v1alpha1", "served": True, "storage": True, "subresources": {"status": {}}, "schema": schema}
    name = f"{kind.resource}.{kind.group}"
    return {"apiVersion": DEFINITIONS.api_version, "kind": DEFINITIONS.kind, "metadata": {"name": name},
            "spec": {"group": kind.group, "scope": "Namespaced", "versions": [version],
                     "names": {"plural": kind.resource, "singular": kind.kind.lower(), "kind": kind.kind}}}


@dataclass
class Controller(Paper):
    """Takes a step when the line that it belongs to is printed."""

    steps: dict[str, Callable[[], object]] = field(default_factory=dict)

    def begin(self, text: str) -> None:
        before = len(self.lines)
        super().begin(text)
        for line in self.lines[before:]:
            self.steps.pop(line, lambda: None)()


@dataclass
class Kind:
    """A defined kind, and its object `o` in a place."""

    place: Place
    name: str

    @property
    def type(self) -> ResourceType:
        group, plural = KINDS[self.name]
        return ResourceType(group.format(self.place.namespace), "v1alpha1", plural, self.name, True)

    def body(self, **spec: Any) -> dict[str, Any]:
        return {"apiVersion": self.type.api_version, "kind": self.name, "metadata": {"name": "o"}, "spec": spec}

    def said(self, line: str) -> str:
        return line.replace("O", f"{self.name.lower()}/o ({self.type.api_version}) namespace: {self.place.namespace}")

    def set(self, *conditions: tuple[str, ...], **more: Any) -> Callable[[], object]:
        """A step: the present generation is observed, with conditions of (type, reason, message) that are true."""
        names = ("type", "reason", "message")
        found = [{"status": "True", **dict(zip(names, values, strict=False))} for values in conditions]

        def step() -> None:
            there = self.place.client.get(self.type, "o", self.place.namespace)
            there["status"] = {"observedGeneration": there["metadata"]["generation"], "conditions": found, **more}
            path = f"{self.type.path(self.place.namespace, 'o')}/status"
            self.place.client.transport.request("PUT", path, body=there)

        return step

    def deploy(self, steps: dict[str, Callable[[], object]], *bodies: dict[str, Any]) -> list[str]:
        """What is printed of deploying these, from the waiting on; a failure's sentence comes last."""
        paper = Controller(steps=steps)
        options = DeployOptions(app="app", namespace=self.place.namespace, logs=QUIET)
        try:
            Deploy(self.place.client, options, lambda: [Resource(floats(b)) for b in bodies], paper).run()
        except ApplyError as e:
            paper.lines.append(str(e))
        assert steps == {}
        return self.of_waiting(paper)

    def of_waiting(self, paper: Paper) -> list[str]:
        start = next(n for n, line in enumerate(paper.lines) if line.startswith("---- waiting on"))
        return [line for line in paper.lines[start:] if not line.startswith("----")]


def defined(place: Place, body: dict[str, Any]) -> str:
    """Define a kind, once another test that runs at the same time is done with it; returns the definition's name."""
    end = time.monotonic() + 120
    while True:
        try:
            return str(place.client.create(DEFINITIONS, body)["metadata"]["name"])
        except ApiError as e:
            if not e.already_exists or time.monotonic() > end:
                raise
        time.sleep(0.2)


@pytest.fixture
def kind(place: Place, request: pytest.FixtureRequest) -> Iterator[Kind]:
    made = Kind(place, request.param)
    name = defined(place, definition(made.type))
    end = time.monotonic() + 60
    while place.client.discovery.find(made.type.api_version, made.name) is None:  # it is served a moment later
        assert time.monotonic() < end
        time.sleep(0.1)
    yield made
    place.client.delete(DEFINITIONS, name)


PACKAGES = pytest.mark.parametrize("kind", ["App", "PackageInstall", "PackageRepository"], indirect=True)
THING = pytest.mark.parametrize("kind", ["Thing"], indirect=True)


@PACKAGES
def test_kapp_controllers_kinds_are_waited_for(kind: Kind) -> None:
    told = kind.deploy({" ^ Waiting for generation 1 to be observed": kind.set(("Reconciling",)),
                        " ^ Reconciling": kind.set(("ReconcileSucceeded",))}, kind.body())
    assert told == [kind.said(line) for line in (
        "ongoing: reconcile O", " ^ Waiting for generation 1 to be observed", "ongoing: reconcile O", " ^ Reconciling",
        "ok: reconcile O")]


@PACKAGES
@pytest.mark.parametrize(("more", "why"), [({}, "because"), ({"usefulErrorMessage": "ytt: Error"}, "ytt: Error")])
def test_their_failure_is_told_with_the_message_that_helps(kind: Kind, more: dict[str, str], why: str) -> None:
    failed = kind.set(("ReconcileFailed", "Why", "because"), **more)
    told = kind.deploy({" ^ Waiting for generation 1 to be observed": failed}, kind.body())
    reason = f"Reconcile failed: Why (message: {why})"
    assert told[-3:] == [kind.said("fail: reconcile O"), f" ^ {reason}",
                         kind.said(f"waiting on reconcile O: Finished unsuccessfully ({reason})")]


@PACKAGES
def test_their_deletion_is_waited_for_by_finalizers(kind: Kind) -> None:
    kind.deploy({" ^ Waiting for generation 1 to be observed": kind.set(("ReconcileSucceeded",))}, kind.body())
    held = {"metadata": {"finalizers": ["ex.test/held"]}}
    kind.place.client.patch(kind.type, "o", held, "merge", kind.place.namespace)

    def let_go() -> None:
        kind.place.client.patch(kind.type, "o", {"metadata": {"finalizers": None}}, "merge", kind.place.namespace)

    paper = Controller(steps={" ^ Waiting on finalizers: ex.test/held": let_go})
    Delete(kind.place.client, DeleteOptions(app="app", namespace=kind.place.namespace), paper).run()
    assert kind.of_waiting(paper) == [kind.said(line) for line in (
        "ongoing: delete O", " ^ Waiting on finalizers: ex.test/held", "ok: delete O")]


def rules(kind: Kind, *matchers: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "kapp.k14s.io/v1alpha1", "kind": "Config", "waitRules": [{
        "supportsObservedGeneration": True, "conditionMatchers": list(matchers),
        "resourceMatchers": [{"apiVersionKindMatcher": {"apiVersion": kind.type.api_version, "kind": kind.name}}]}]}


@THING
def test_a_rule_with_conditions_lets_others_go_on_before_it_is_done(kind: Kind) -> None:
    config = rules(kind, {"type": "Ready", "status": "True", "success": True},
                   {"type": "Half", "status": "True", "unblockChanges": True})
    first, second = kind.body(), config_map("z")
    first["metadata"]["annotations"] = {"kapp.k14s.io/change-group": "g"}
    second["metadata"]["annotations"] = {"kapp.k14s.io/change-rule": "upsert after upserting g"}
    there = f"configmap/z (v1) namespace: {kind.place.namespace}"
    told = kind.deploy({" ^ Waiting for generation 1 to be observed": kind.set(),
                        " ^ No failing or successful conditions found": kind.set(("Half", "R")),
                        f"ok: reconcile {there}": kind.set(("Half", "R"), ("Ready", "All", "m"))}, config, first, second)
    assert told == [kind.said(line) for line in (
        "ongoing: reconcile O", " ^ Waiting for generation 1 to be observed",
        "ongoing: reconcile O", " ^ No failing or successful conditions found",
        "ongoing: reconcile O", " ^ Allowing blocked changes to proceed: Encountered condition Half == True: R",
        f"create {there}", f"ok: reconcile {there}",
        "ok: reconcile O", " ^ Encountered successful condition Ready == True: All (message: m)")]


@THING
def test_a_rule_with_conditions_ends_with_a_failure(kind: Kind) -> None:
    config = rules(kind, {"type": "Failed", "status": "True", "failure": True})
    told = kind.deploy({" ^ Waiting for generation 1 to be observed": kind.set(("Failed", "R", "m"))}, config, kind.body())
    reason = "Encountered failure condition Failed == True: R (message: m)"
    assert told[-2:] == [f" ^ {reason}", kind.said(f"waiting on reconcile O: Finished unsuccessfully ({reason})")]
