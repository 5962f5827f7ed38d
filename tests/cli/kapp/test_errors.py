"""The error texts of the kapp spec's section 9, whole, as they are printed. Those without a cluster: test_offline.py."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.kapp.conftest import Kapp

from oakum.kube.client import CONFIG_MAPS

HEAD = "apiVersion: v1\nkind: ConfigMap\n"


def config_map(name: str, data: str = "{k: v1}", **annotations: str) -> str:
    notes = ", ".join(f"kapp.k14s.io/{key.replace('_', '-')}: {value!r}" for key, value in annotations.items())
    return f"---\n{HEAD}metadata: {{name: {name}, annotations: {{{notes}}}}}\ndata: {data}\n"


FORMAT = ("Expected change rule annotation value to have format '(upsert|delete) (before|after) (upserting|deleting) "
          "(change-group)', but was")
CASES = {
    "a missing file is named": (
        None, ("-f", "gone.yml"), "stat gone.yml: no such file or directory"),
    "fields that every object has": (
        "apiVersion: v1\nmetadata: {name: a}\n---\nkind: ConfigMap\nmetadata: {name: b}\n---\n" + HEAD, (),
        "Validation errors:\n"
        "- Expected 'kind' on resource '/a (v1) cluster' to be non-empty (file 'a.yml' doc 1)\n"
        "- Expected 'apiVersion' on resource 'configmap/b () cluster' to be non-empty (file 'a.yml' doc 2)\n"
        "- Expected 'metadata.name' on resource 'configmap/ (v1) cluster' to be non-empty (file 'a.yml' doc 3)"),
    "a document that is a list": (
        "- a\n", (),
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type "
        "map[string]interface {}"),
    "a document that is a text": (
        "just text\n", (),
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type "
        "map[string]interface {}"),
    "one object with two contents": (
        config_map("a") + config_map("a", "{k: v2}"), (),
        "Uniqueness errors:\n- Found resource 'configmap/a (v1) cluster' multiple times with different content"),
    "a kind that nobody serves": (
        "apiVersion: foo.test/v1\nkind: Foo\nmetadata: {name: a}\n", (),
        "Expected to find kind 'foo.test/v1/Foo', but did not:\n"
        "- Kubernetes API server did not have matching apiVersion + kind\n"
        "- No matching CRD was found in given configuration"),
    "nothing to deploy": (
        "---\n", (),
        "Trying to apply empty set of resources will result in deletion of resources on cluster. Refusing to continue "
        "unless --dangerous-allow-empty-list-of-resources is specified."),
    "nothing that filters let pass": (
        config_map("a"), ("--filter-name", "b"),
        "Trying to apply empty set of resources will result in deletion of resources on cluster. Refusing to continue "
        "unless --dangerous-allow-empty-list-of-resources is specified."),
    "a filter of changes with one operation": (
        config_map("a"), ("--diff-filter", '{"ops": "add"}'),
        "json: cannot unmarshal string into Go struct field .ops of type diff.OpsFilter"),
    "a namespace that is not there": (
        config_map("a"), ("--into-ns", "gone-errors"),
        "create configmap/a (v1) namespace: gone-errors:\n  Creating resource configmap/a (v1) namespace: gone-errors:\n"
        '    API server says: namespaces "gone-errors" not found (reason: NotFound)'),
    "a rule of another form": (
        config_map("a", change_rule="upsert after g"), (),
        "Change graph:\n  Calculating required deps:\n    Resource configmap/a (v1) namespace: {NS}:\n      "
        f"{FORMAT} 'upsert after g'"),
    "a rule about a cycle": (
        config_map("a", change_group="a", change_rule="upsert after upserting b")
        + config_map("b", change_group="b", change_rule="upsert after upserting a"), (),
        "Detected cycle while ordering changes: [configmap/a (v1) namespace: {NS}] -> [configmap/b (v1) namespace: {NS}] "
        "-> [configmap/a (v1) namespace: {NS}] (found repeated: configmap/a (v1) namespace: {NS})"),
    "a create strategy of another name": (
        config_map("a", create_strategy="x"), (), "Unknown create strategy: x"),
    "a mapping of another form": (
        config_map("a"), ("--map-ns", "src"), "Expected map namespace 'src' to be in 'src-ns=dst-ns' format"),
    "a namespace without a mapping": (
        config_map("a"), ("--map-ns", "src=dst"), "Expected to find mapped namespace for '{NS}'"),
    "a label of another form": (
        config_map("a"), ("--labels", "x"), "Expected label to be in 'key=val' format"),
    "a nonce that is written down": (
        config_map("a", nonce="1"), (),
        "Expected annotation 'kapp.k14s.io/nonce' on resource 'configmap/a (v1) namespace: {NS}' to have value ''"),
    "a namespace that is not allowed": (
        HEAD + "metadata: {name: a, namespace: kube-public}\n", ("--allow-check", "--allow-ns", "other"),
        "Validation errors:\n"
        "- Resource 'configmap/a (v1) namespace: kube-public' is outside of allowed namespaces (file 'a.yml' doc 1)"),
    "an explicit reference that is a text": (
        config_map("a", versioned="") + config_map("b", versioned_explicit_ref="some longer text"), (),
        "Parsing versioned explicit ref on resource 'configmap/b (v1) namespace: {NS}':\n"
        "  Parsing versioned explicit reference from annotation 'kapp.k14s.io/versioned-explicit-ref': "
        "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str `some lo...` into map[string]interface {}"),
    "an explicit reference that is a truth": (
        config_map("a", versioned="") + config_map("b", versioned_explicit_ref="true"), (),
        "Parsing versioned explicit ref on resource 'configmap/b (v1) namespace: {NS}':\n"
        "  Parsing versioned explicit reference from annotation 'kapp.k14s.io/versioned-explicit-ref': "
        "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!bool `true` into map[string]interface {}"),
    "an explicit reference to nothing": (
        config_map("a", versioned="") + config_map("b", versioned_explicit_ref=""), (),
        "Parsing versioned explicit ref on resource 'configmap/b (v1) namespace: {NS}':\n"
        "  Expected versioned explicit reference to specify non-empty apiVersion, kind and name keys"),
    "no file": (None, (), "Expected at least one --file (-f) specified with a file or directory path"),
    "an unreadable age": (
        config_map("a"), ("--filter-age", "5m"),
        "Expected age filter to be either empty or parseable time.Duration "
        "(example: 5m+, 24h-; valid units: ns, us, ms, s, m, h)"),
}


@pytest.mark.parametrize("case", CASES)
def test_deploy_refuses(kapp: Kapp, case: str) -> None:
    text, words, error = CASES[case]
    told = kapp.fails("deploy", "-a", "app", "-y", *words) if text is None else kapp.deploy_fails(text, *words)
    assert told == error


@pytest.mark.parametrize(("words", "error"), [
    (("deploy", "-f", "a.yml"), "Expected app name to be non-empty"),
    (("deploy", "-a", "app", "-f", "a.yml", "--filter", "{"), "unexpected end of JSON input"),
    (("deploy", "-a", "label:=x", "-f", "a.yml"),
     "Parsing app name (or label selector): found '=', expected: !, identifier, or 'end of string'"),
    (("delete",), "Expected app name to be non-empty"),
    (("inspect", "--tty"), "Expected app name to be non-empty"),
    (("rename", "--tty", "-a", "label:x=y"), "Expected either --new-name or/and --new-namespace to be supplied"),
])
def test_which_cluster_it_is_is_said_before_a_name_or_filter_is_refused(
        kapp: Kapp, words: tuple[str, ...], error: str) -> None:
    status, out, err = kapp(*words, "-y", files={"a.yml": config_map("a")})
    assert (status, err) == (1, f"kapp: Error: {error}\n")
    assert re.fullmatch(r"Target cluster '.*\n\n", out)


def test_an_object_of_another_application_is_left_to_it(kapp: Kapp) -> None:
    kapp.deploys(config_map("a"), app="other")
    status, out, _ = kapp("label", "-a", "other")
    assert status == 0
    key_value = out.strip()
    assert kapp.deploy_fails(config_map("a")) == (
        "Ownership errors:\n- Resource 'configmap/a (v1) namespace: {NS}' is already associated with a different app "
        f"'other' namespace: {{NS}} (label '{key_value}')")


def test_an_applications_own_record_is_no_resource(kapp: Kapp) -> None:
    assert kapp.deploy_fails(config_map("app")) == (
        "Disallowed labels errors:\n- Resource 'configmap/app (v1) namespace: {NS}' has a disallowed label "
        "'kapp.k14s.io/is-app'")


def test_a_label_of_the_record_keeps_its_value(kapp: Kapp) -> None:
    kapp.deploys(config_map("a"), "--labels", "x=1")
    assert kapp.deploy_fails(config_map("a"), "--labels", "x=2") == "Expected label 'x' value to remain same"


def test_an_immutable_field(kapp: Kapp) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nimmutable: true\nstringData: {a: %s}\n"
    kapp.deploys(secret % "b1")
    assert kapp.deploy_fails(secret % "b2") == (
        "update secret/s (v1) namespace: {NS}:\n  Updating resource secret/s (v1) namespace: {NS}:\n"
        '    API server says:\n      Secret "s" is invalid: data:\n'
        "        Forbidden: field is immutable when `immutable` is set (reason: Invalid)")


@pytest.mark.parametrize(("strategy", "op"), [("update-strategy", "update"), ("delete-strategy", "delete")])
def test_a_strategy_of_another_name(kapp: Kapp, strategy: str, op: str) -> None:
    kapp.deploys(config_map("a", **{strategy: "x"}) + config_map("b"))
    after = config_map("a", "{k: v2}", **{strategy: "x"}) if op == "update" else ""
    assert kapp.deploy_fails(after + config_map("b")) == f"Unknown {op} strategy: x"


def test_waiting_too_long_for_one_object(kapp: Kapp) -> None:
    pod = ("---\napiVersion: v1\nkind: Pod\nmetadata: {name: %s}\n"
           "spec: {containers: [{name: c, image: absent.test/none}], terminationGracePeriodSeconds: 0}\n")
    assert kapp.deploy_fails(pod % "s", "--wait-resource-timeout", "100ms", "--wait-check-interval", "50ms") == (
        "waiting on reconcile pod/s (v1) namespace: {NS}:\n  Errored:\n    Resource timed out waiting after 100ms")
    assert kapp.deploy_fails(pod % "s", "--wait-timeout", "100ms") == (
        "Timed out waiting after 100ms for resources: [pod/s (v1) namespace: {NS}]")
    assert kapp.deploy_fails(pod % "s" + pod % "t", "--wait-timeout", "100ms") == (
        "Timed out waiting after 100ms for resources: \n\n"
        "  - pod/s (v1) namespace: {NS}\n\n  - pod/t (v1) namespace: {NS}")


def test_an_object_that_should_be_there_is_waited_for(kapp: Kapp) -> None:
    assert kapp.deploy_fails(config_map("a", exists=""), "--apply-timeout", "1s", "--apply-check-interval", "400ms") == (
        "Timed out waiting after 1s:\n  Last error: exists configmap/a (v1) namespace: {NS}:\n"
        "    External resource doesn't exists")


def test_it_is_waited_for_beside_what_failed_for_good(kapp: Kapp) -> None:
    assert kapp.deploy_fails(config_map("a", exists="") + config_map("Not_Valid"), "--exit-early-on-apply-error=false",
                             "--apply-timeout", "1s", "--apply-check-interval", "400ms").startswith("Timed out waiting after 1s:")


def test_what_failed_for_good_is_counted_as_done_where_the_rest_goes_on(kapp: Kapp, tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text(config_map("a", change_group="g") + config_map("Not_Valid")
                    + config_map("b", change_rule="upsert after upserting g"))
    status, out, _ = kapp("deploy", "-a", "app", "-f", str(file), "-y", "--exit-early-on-apply-error=false")
    assert (status, re.findall(r"---- (.*) ----", out)) == (1, [
        "applying 2 changes [0/3 done]", "waiting on 1 changes [0/3 done]",
        "applying 1 changes [2/3 done]", "waiting on 1 changes [1/3 done]"])


@pytest.mark.parametrize(("words", "error"), [
    (("inspect", "-a", "gone"), "App 'gone' (namespace: {NS}) does not exist: "),
    (("rename", "-a", "gone", "--new-name", "x", "-y"), "App 'gone' (namespace: {NS}) does not exist"),
    (("rename", "-a", "gone"), "App 'gone' (namespace: {NS}) does not exist"),
    (("rename", "-a", "label:x=y", "--new-name", "x", "-y"), "Not supported"),
    (("inspect", "-a", "a/%b"),
     """Getting app: invalid resource name "a/%b.apps.k14s.io": [may not contain '/' may not contain '%']"""),
    (("deploy", "-a", "app", "-f", "a.yml", "--labels", "=v"), "Expected label key to be non-empty"),
    (("app-change", "list", "-a", "gone", "--after", "2021-01-01", "--before", "2020-01-01"),
     "After time 2021-01-01 should be less than before time 2020-01-01"),
    (("ls", "--kube-api-burst", "0"),
     "Building Core clientset: burst is required to be greater than 0 when RateLimiter is not set and QPS is set to "
     "greater than 0"),
    (("app-change", "list", "-a", "gone", "--before", "xx"),
     "unrecognized time format xx, supported formats: [2006-01-02T15:04:05Z07:00 2006-01-02]"),
    (("app-change", "gc", "-a", "gone", "--max", "-1"),
     'invalid argument "-1" for "--max" flag: must be at least 0'),
    (("deploy", "-a", "label:x=y,z=w", "-f", "a.yml", "-y"), "Expected label selector to have one label KV"),
    (("deploy", "-a", "label:x!=y", "-f", "a.yml", "-y"), "Expected label selector to check for equality"),
    (("deploy", "-a", "label:x in (a,b)", "-f", "a.yml", "-y"),
     "Expected label selector to check against single label value"),
])
def test_other_commands_refuse(kapp: Kapp, words: tuple[str, ...], error: str) -> None:
    assert kapp.fails(*words, files={"a.yml": config_map("a")}) == error


def test_a_record_that_somebody_else_wrote_over(kapp: Kapp) -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "app", "labels": {"kapp.k14s.io/is-app": ""}},
            "data": {"spec": "?"}}
    kapp.client.create(CONFIG_MAPS, body, kapp.namespace)
    error = ("App 'app' (namespace: {NS}) backed by ConfigMap 'app' did not contain parseable app metadata:\n"
             "  Parsing app metadata: invalid character '?' looking for beginning of value "
             "(hint: ConfigMap was overriden by another user?)")
    assert kapp.fails("ls") == error
    assert kapp.fails("inspect", "-a", "app") == error
