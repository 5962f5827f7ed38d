"""What is shown of changes (kapp spec, sections 3.6 to 3.8)."""
from __future__ import annotations

import re

import pytest
from tests.cli.kapp.conftest import Kapp
from tests.cli.kapp.test_errors import HEAD, config_map

SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: %s}\nstringData: {a: %s, b: %s}\n"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: {a: b}, ports: [{port: 80}]}\n"
ADDS = """\
---
apiVersion: kapp.k14s.io/v1alpha1
kind: Config
rebaseRules:
- resourceMatchers: [{allMatcher: {}}]
  ytt:
    overlayContractV1:
      overlay.yml: |
        #@ load("@ytt:overlay", "overlay")
        #@overlay/match by=overlay.all
        ---
        metadata:
          #@overlay/match missing_ok=True
          annotations:
            #@overlay/match missing_ok=True
            kapp.k14s.io/%s: ""
"""
TAKES = """\
---
apiVersion: kapp.k14s.io/v1alpha1
kind: Config
rebaseRules:
- {path: [metadata, annotations, kapp.k14s.io/%s], type: remove, resourceMatchers: [{allMatcher: {}}]}
"""


def test_a_value_has_the_same_number_in_all_applications_of_a_group(kapp: Kapp) -> None:
    files = {"apps/one/a.yml": SECRET % ("one", "x", "y"), "apps/two/a.yml": SECRET % ("two", "z", "x")}
    _, out, _ = kapp("app-group", "deploy", "-g", "g", "-d", "apps", "--diff-run", "-c", files=files)
    assert re.findall(r"(\w): <-- value not shown \((#\d)\)", out) == [("a", "#1"), ("b", "#2"), ("a", "#3"), ("b", "#1")]


def test_what_is_only_awaited_is_shown_as_nothing_to_do(kapp: Kapp) -> None:
    kapp.deploys(SERVICE)
    _, out, _ = kapp("delete", "-a", "app", "-y", "-c")
    assert sorted(re.findall(r"@@ (\w+) (\w+)/", out)) == [("delete", "service"), ("noop", "endpoints"), ("noop", "endpointslice")]


def test_a_rebase_rule_may_keep_an_object_from_being_written(kapp: Kapp) -> None:
    for note in ("noop", "exists"):
        kapp.deploys(config_map("a"))
        assert "Op:      0 create, 0 delete, 0 update" in kapp.deploys(config_map("a", "{k: v2}") + ADDS % note)


def test_a_rebase_rule_may_take_away_what_keeps_an_object_from_being_written(kapp: Kapp) -> None:
    kapp.deploys(config_map("a"))
    for number, note in enumerate(("noop", "exists"), 2):
        text = HEAD + f"metadata: {{name: a, annotations: {{kapp.k14s.io/{note}: ''}}}}\ndata: {{k: v{number}}}\n"
        assert "update configmap/a " in kapp.deploys(text + TAKES % note)


def test_what_stays_of_a_labelled_application_is_told(kapp: Kapp) -> None:
    app = ("-a", f"label:team={kapp.namespace}")
    kapp.deploys(config_map("a") + config_map("b"), *app)
    _, out, _ = kapp("delete", *app, "-y", "--filter-name", "a")
    assert ("Wait to: 0 reconcile, 1 delete, 0 noop\n\nApp 'team={NS}' (namespace: {NS}) will not be fully deleted because "
            "some resources are excluded by filters\n" in out)


def test_a_patch_goes_on_from_the_versions_that_are_there(kapp: Kapp) -> None:
    kapp.deploys(config_map("a", versioned="") + config_map("b"))
    assert "create configmap/a-ver-2 (v1) namespace: {NS}\n" in kapp.deploys(
        config_map("a", "{k: v2}", versioned=""), "--patch")
    listed = kapp("inspect", "-a", "app", "--column", "name")[1]
    assert listed == "a-ver-1\t\na-ver-2\t\nb\t\n"


@pytest.mark.parametrize(("known", "words", "status", "error"), [
    (False, (), 3, "applying with changes"),
    (True, (), 2, "applying with no changes"),
    (True, ("--diff-exit-status",), 2, "diffing with no pending changes"),
])
def test_a_run_for_the_difference_may_have_the_status_of_applying(
        kapp: Kapp, known: bool, words: tuple[str, ...], status: int, error: str) -> None:
    text = config_map("a")
    if known:
        kapp.deploys(text)
    found, _, err = kapp("deploy", "-a", "app", "-y", "-f", "a.yml", "--diff-run", "--apply-exit-status", *words,
                         files={"a.yml": text})
    assert (found, err) == (status, f"kapp: Error: Exiting after {error} (exit status {status})\n")
