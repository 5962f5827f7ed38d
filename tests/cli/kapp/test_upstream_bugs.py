"""What goes wrong in the reference and must not here (kapp spec, sections 0, 2.4, 5.6, 7.8, 9): a test for each.

Elsewhere: kinds forgotten by partial deploys and histories lost by two deploys at once (tests/deploy/test_deploying.py),
adopted objects in conflict (tests/deploy/test_faults.py), namespaces asked for once and preflight rules for paths
(tests/deploy/test_limited.py), chains of versioned objects (tests/deploy/test_versioned.py), thousands of changes
(tests/deploy/test_graph.py).
"""
from __future__ import annotations

import pytest
from tests.cli.kapp.conftest import Kapp
from tests.cli.kapp.test_errors import HEAD, config_map

from oakum.kube.client import CONFIG_MAPS, NAMESPACES

CONFIG = "---\napiVersion: kapp.k14s.io/v1alpha1\nkind: Config\n"
RULE = CONFIG + "rebaseRules: [{%s, resourceMatchers: [%s]}]\n"
VERSIONED = "---\n" + HEAD + "metadata: {name: %s, annotations: {kapp.k14s.io/versioned: ''%s}}\ndata: {k: %s}\n"


def test_a_group_loses_the_applications_without_a_folder_and_no_others(kapp: Kapp) -> None:
    files = {f"group/{name}/a.yml": config_map(name) for name in ("stays", "goes")}
    status, _, err = kapp("app-group", "deploy", "-g", "g", "-d", "group", "-y", files=files)
    assert (status, err) == (0, "")
    status, _, err = kapp("app-group", "deploy", "-g", "g", "-d", "only", "-y", files={"only/stays/a.yml": config_map("stays")})
    assert (status, err) == (0, "")
    assert [line.split("\t")[0].strip() for line in kapp("ls")[1].splitlines()] == ["g-stays"]
    there = kapp.client.list(CONFIG_MAPS, kapp.namespace, labels="kapp.k14s.io/app").items
    assert [o["metadata"]["name"] for o in there] == ["stays"]


@pytest.mark.parametrize("words", [("--filter-kind", "Secret"), ("--filter-name", "s"), ("--patch",)])
def test_a_partial_deploy_leaves_what_is_to_be_pruned_to_the_next_whole_one(kapp: Kapp, words: tuple[str, ...]) -> None:
    secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {k: %s}\n"
    kapp.deploys(config_map("a") + secret % "v1")
    kapp.deploys(secret % "v2", *words)
    assert "delete configmap/a (v1) namespace: {NS}" in kapp.deploys(secret % "v2")


PANICS = {
    "a column that is none": (("ls", "--column", "x"), "Failed to find header: x"),
    "a label filter that is none": (
        ("inspect", "-a", "app", "--filter-labels", "="), "Parsing label selector failed: found '=', expected: !, identifier"),
    "an empty pattern": (("inspect", "-a", "app", "--filter-kind", ","), "Expected filter to be non-empty"),
    "no concurrency": (
        ("delete", "-a", "app", "-y", "--apply-concurrency", "0"), "Expected maximum throttle to be >= 1, but was 0"),
}


@pytest.mark.parametrize(("words", "text"), PANICS.values(), ids=PANICS)
def test_a_value_that_made_the_reference_panic_is_a_mistake_like_others(kapp: Kapp, words: tuple[str, ...], text: str) -> None:
    kapp.deploys(config_map("a"))
    told = kapp.fails(*words)
    assert text in told
    assert "panic" not in told


def test_json_cannot_ask_and_says_so_with_all_that_it_has(kapp: Kapp) -> None:
    status, out, err = kapp("deploy", "-a", "app", "-f", "a.yml", "--json", files={"a.yml": config_map("a")})
    assert (status, err) == (1, "")
    assert '"name": "a"' in out
    assert "Cannot ask for confirmation in JSON UI" in out


DOCUMENTS = {
    "a rebase rule of another type": (
        config_map("a") + RULE % ("path: [data], type: x", "{allMatcher: {}}"),
        "Unknown rebase rule type: x (supported: copy, remove)"),
    "a matcher of nothing": (
        config_map("a") + RULE % ("path: [data], type: remove", "{}"), "Unknown resource matcher specified"),
    "a part of a path that is none": (
        config_map("a") + RULE % ("path: [data, {x: 1}], type: remove", "{allMatcher: {}}"), "panic: Unknown path part"),
    "a pattern where there may be none": (
        config_map("a") + CONFIG + "diffMaskRules: [{path: [{regex: x}], resourceMatchers: [{allMatcher: {}}]}]\n",
        "Regex in path part is only supported for rebaseRules."),
    "a labelled configuration that is no ConfigMap": (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s, labels: {kapp.k14s.io/config: ''}}\n",
        "Expected kapp config to be within v1/ConfigMap but apiVersion or kind do not match"),
}


@pytest.mark.parametrize(("text", "why"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_that_made_the_reference_panic_or_babble_is_refused(kapp: Kapp, text: str, why: str) -> None:
    told = kapp.deploy_fails(text)
    assert why in told.replace("\n", " ").replace("  ", " ")
    assert "EXTRA" not in told


def test_a_version_that_is_no_number_is_named(kapp: Kapp) -> None:
    kept = VERSIONED % ("a-ver-x", ", kapp.k14s.io/versioned-keep-original: ''", "v1")
    kapp.deploys(kept)
    assert kapp.deploy_fails(kept) == "Invalid version in versioned resource 'configmap/a-ver-x (v1) namespace: {NS}'"


def test_a_versioned_object_that_is_to_be_left_alone_is_a_mistake(kapp: Kapp) -> None:
    kapp.deploys(VERSIONED % ("a", "", "v1"))
    told = kapp.deploy_fails(VERSIONED % ("a", ", kapp.k14s.io/noop: ''", "v2"))
    assert told.startswith("Unexpected change op noop")


def test_the_namespaces_that_have_such_an_application_are_named_in_order(kapp: Kapp) -> None:
    spaces = [f"{kapp.namespace}-{letter}" for letter in "dbca"]
    for space in spaces:
        kapp.client.create(NAMESPACES, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}})
        kapp.client.create(CONFIG_MAPS, {
            "apiVersion": "v1", "kind": "ConfigMap", "data": {"spec": '{"labelKey":"kapp.k14s.io/app","labelValue":"1"}'},
            "metadata": {"name": "many", "labels": {"kapp.k14s.io/is-app": ""}}}, space)
    told = kapp.fails("inspect", "-a", "many")
    for space in spaces:
        kapp.client.delete(NAMESPACES, space)
    assert told == ("App 'many' (namespace: {NS}) does not exist:  (hint: found app 'many' in other namespaces: "
                    "{NS}-a, {NS}-b, {NS}-c, ...)")
