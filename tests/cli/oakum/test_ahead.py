"""What is sure to fail is told before anything is built or pushed."""
from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

BIN = Path(sys.executable).parent
NAMED = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n"


@pytest.fixture
def deploy(run, site):
    """Deploys the folder with an image to build; gives what was said, and whether a build was begun."""

    def call(*words, stdin="", status=1, name="app"):
        done = subprocess.run(
            [BIN / "oakum", "deploy", "-a", name, "-f", "config", "-n", run.namespace, *words],
            cwd=run.folder, env=run.environment, capture_output=True, text=True, input=stdin,
        )
        told = done.stdout + done.stderr
        assert done.returncode == status, told
        assert "Traceback" not in told
        return told, "starting build" in told

    call.run = run
    return call


def kubeconfig(deploy, edit):
    config = yaml.safe_load(Path(deploy.run.environment["KUBECONFIG"]).read_text())
    edit(config)
    path = deploy.run.folder / "kubeconfig"
    path.write_text(json.dumps(config))
    return "--kubeconfig", str(path)


def kubectl(deploy, *words, stdin=None):
    run = deploy.run
    done = subprocess.run(
        [*run.kubectl, "-n", run.namespace, *words], check=True, capture_output=True, text=True, input=stdin)
    return done.stdout


def lease(**times):
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime())
    spec = {"holderIdentity": "somebody", "leaseDurationSeconds": 600, "acquireTime": now, "renewTime": now, **times}
    return json.dumps({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "app-deploy-lock"},
                       "spec": spec})


def elsewhere(config):
    config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"


def stranger(config):
    config["users"][0]["user"] = {"token": "of-yesterday"}


@pytest.mark.parametrize(("edit", "said"), [(elsewhere, "connection refused"), (stranger, "Unauthorized")])
def test_a_cluster_that_is_of_no_use(deploy, edit, said):
    told, built = deploy("-y", *kubeconfig(deploy, edit))
    assert said in told
    assert not built


@pytest.mark.parametrize(("words", "said"), [
    (("--kubeconfig-context", "nope"), 'context "nope" does not exist'),
    (("-n", "nope-nope"), 'namespaces "nope-nope" not found'),
    (("-a", "Bad_Name"), "Bad_Name"),
    (("-a", "label:a in ("), "Parsing app name"),
    (("--labels", "a=b c"), "b c"),
    (("--labels", "a"), "Expected label to be in 'key=val' format"),
    (("--filter", "{"), "unexpected end of JSON input"),
    (("--diff-filter", "{"), "unexpected end of JSON input"),
    (("--map-ns", "a"), "Expected map namespace 'a'"),
    (("--map-ns", "a=b"), "Expected to find mapped namespace"),
    (("--apply-default-update-strategy", "frob"), "Unknown update strategy: frob"),
    (("--column", "nope"), "Failed to find header: nope"),
    (("--lock-output", "nowhere/lock"), "Writing lock config: open nowhere/lock: no such file or directory"),
    (("--app-metadata-file-output", "nowhere/meta"), "open nowhere/meta: no such file or directory"),
    (("--profile", "cpu", "--profile-output", "nowhere/profile"), "nowhere/profile: no such file or directory"),
])  # fmt: skip
def test_flags_that_lead_nowhere(deploy, words, said):
    told, built = deploy("-y", *words)
    assert said in told
    assert not built


@pytest.mark.parametrize(("document", "said"), [
    ("apiVersion: v9\nkind: Nope\nmetadata: {name: web}\n", "- kind is set at more.yml:2"),
    ("apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n", "Expected 'metadata.name' on resource"),
    (NAMED.replace("more", "settings"), "Found resource 'configmap/settings (v1)"),
    ("apiVersion: kapp.k14s.io/v1alpha1\nkind: Config\nrebaseRules: 7\n", "Unmarshaling config/"),
    (NAMED.replace("name: more", "name: more, annotations: {kapp.k14s.io/change-rule: x}"), "change rule annotation"),
])
def test_documents_that_no_image_will_make_right(deploy, document, said):
    (deploy.run.folder / "config/more.yml").write_text(document)
    told, built = deploy("-y")
    assert said in told
    assert not built


def test_a_namespace_that_is_not_allowed(deploy):
    (deploy.run.folder / "config/more.yml").write_text(NAMED.replace("name: more", "name: more, namespace: other"))
    told, built = deploy("-y", "--allow-check")
    assert "Resource 'configmap/more (v1) namespace: other' is outside of allowed namespaces" in told
    assert not built


def test_a_lock_that_is_held_and_not_waited_for(deploy):
    kubectl(deploy, "create", "-f", "-", stdin=lease())
    told, built = deploy("-y")
    assert "is being changed by 'somebody'" in told
    assert not built
    assert deploy("-y", "--lock-wait", "1s")[1], "it may be free once the images are there"
    assert deploy("-y", "--lock-steal", "--no-build-cache", status=0)[1]


def test_a_lock_that_was_left_behind_is_taken(deploy):
    old = "2020-01-01T00:00:00.000000Z"
    kubectl(deploy, "create", "-f", "-", stdin=lease(acquireTime=old, renewTime=old))
    assert deploy("-y", status=0)[1]


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_question_that_nobody_can_answer(deploy, words):
    told, built = deploy(*words)
    assert "confirmation" in told
    assert not built
    assert kubectl(deploy, "get", "configmaps", "-l", "kapp.k14s.io/is-app", "-o", "name") == ""


def test_answers_that_wait_in_standard_input_are_left_there(deploy):
    told, built = deploy(stdin="what\ny\n", status=0)
    assert built
    assert "Continue? [yN]: what\ninvalid input (not y, n, yes, or no)\nContinue? [yN]: y\n" in told


def test_where_there_may_be_nothing_to_ask_nobody_need_answer(deploy):
    deploy("-y", status=0)
    assert deploy("--no-build-cache", status=0)[1]


def test_a_changed_source_of_a_deploy_that_is_known(deploy):
    deploy("-y", status=0)
    deploy("-y", status=0)
    (deploy.run.folder / "site/page").write_text("another")
    kubectl(deploy, "create", "-f", "-", stdin=lease())
    told, built = deploy("-y")
    assert "is being changed by 'somebody'" in told
    assert not built
    kubectl(deploy, "delete", "lease", "app-deploy-lock")
    told, built = deploy("-y", status=0)
    assert built
    assert "1 update" in told


def test_an_image_that_is_not_there_ends_a_build(deploy, target):
    (deploy.run.folder / "config/more.yml").write_text(
        "apiVersion: v1\nkind: PodTemplate\nmetadata: {name: more}\n"
        f"template: {{spec: {{containers: [{{name: c, image: {target.registry}/library/gone}}]}}}}\n")
    sources = deploy.run.folder / "config/site.yml"
    sources.write_text(sources.read_text().replace("files: {build: {}}", "pack: {build: {builder: b}}"))
    pack = deploy.run.folder / "pack"
    pack.write_text("#!/bin/sh\nsleep 100\nexit 1\n")
    pack.chmod(0o755)
    deploy.run.environment["PATH"] = f"{deploy.run.folder}:{deploy.run.environment['PATH']}"
    told, _ = deploy("-y")
    assert f"Resolving image '{target.registry}/library/gone'" in told
    assert "Resolving image 'site'" not in told
