"""A user's mistakes and a machine's refusals, by the real commands: one message, exit status 1, nothing half-written."""
from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
import yaml

BIN = Path(sys.executable).parent
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  colour: red\n"
REJECTED = CONFIG_MAP + (
    "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: rejected\nspec:\n  replicas: -1\n"
    "  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n"
    "    spec: {containers: [{name: c, image: 'quay.io/a/b@sha256:" + "0" * 64 + "'}]}\n"
)


@pytest.fixture
def run(target, tmp_path):
    """Runs a shell command in an empty folder; what it says on both streams, once its status is as expected."""
    environment = {**os.environ, **target.environment, "HOME": str(tmp_path)}
    environment["PATH"] = f"{BIN}{os.pathsep}{environment['PATH']}"

    def call(command, status=1, **variables):
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command], cwd=tmp_path, env=environment | variables,
            capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120,
        )
        told = done.stdout + done.stderr
        assert "Traceback" not in told
        assert done.returncode == status, told
        return told

    call.folder = tmp_path
    return call


def put(run, name, content):
    content = content.encode() if isinstance(content, str) else content
    (run.folder / name).write_bytes(content)


def pod(image):
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c, image: '{image}'}}]}}\n"


def kubeconfig(run, target, **user):
    """The target's kubeconfig with another login."""
    config = yaml.safe_load(target.kubeconfig.read_text())
    config["users"][0]["user"] = user
    put(run, "kubeconfig", json.dumps(config))
    return str(run.folder / "kubeconfig")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a: [1\nb: 2\n", "'bad.yml': yaml: line 1: did not find expected"),
        ("a: #@ nope\n", "undefined: nope\n    bad.yml:1 | a: #@ nope"),
        ('#@ load("@ytt:data", "data")\na: #@ data.values.gone\n', "bad.yml:2 | a: #@ data.values.gone"),
        (b"a: \xff\n", "'bad.yml': yaml: invalid leading UTF-8 octet"),
    ],
)
def test_a_template_that_is_wrong_is_told_with_its_place(run, content, told):
    put(run, "bad.yml", content)
    assert told in run("ytt -f bad.yml")
    assert told in run("oakum deploy -a app -y -f bad.yml")


@pytest.mark.parametrize("program", ["ytt -f", "kbld -f", "kapp deploy -a app -y -f", "oakum deploy -a app -y -f"])
def test_a_file_that_is_not_there_is_named(run, program):
    assert "gone.yml: no such file or directory" in run(f"{program} gone.yml")


def test_windows_line_ends_are_read_and_names_may_have_any_letters(run):
    put(run, "größe.yml", "#@ def f():\r\na: 1\r\n#@ end\r\nx: #@ f()\r\n")
    assert run("ytt -f größe.yml", status=0) == "x:\n  a: 1\n"


def test_a_registry_that_does_not_answer_is_named(run):
    put(run, "pod.yml", pod("127.0.0.1:1/library/x:1"))
    told = 'Get "https://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused'
    assert told in run("kbld -f pod.yml")
    assert "(hint: is the registry's address right" in run("oakum deploy -a app -y -f pod.yml")


def test_a_wrong_password_is_refused_and_never_shown(run, target):
    put(run, "pod.yml", pod(f"{target.registry}/library/x:1"))
    login = base64.b64encode(b"somebody:wrong-password").decode()
    put(run, "config.json", json.dumps({"auths": {target.registry: {"auth": login}}}))
    told = run("oakum deploy -a app -y -f pod.yml", DOCKER_CONFIG=str(run.folder))
    assert f"Resolving image '{target.registry}/library/x:1': GET " in told
    assert "UNAUTHORIZED: authentication required" in told
    assert "docker login" in told
    assert "wrong-password" not in told
    assert login not in told


def test_a_cluster_that_does_not_answer_or_knows_us_not_is_told(run, target):
    refused = kubeconfig(run, target, token="of-yesterday")
    assert run("kapp ls", KUBECONFIG=refused) == "kapp: Error: Unauthorized\n"
    put(run, "cm.yml", CONFIG_MAP)
    assert "renew it" in run("oakum deploy -a app -y -f cm.yml", KUBECONFIG=refused)
    config = json.loads(Path(refused).read_text())
    config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    put(run, "kubeconfig", json.dumps(config).replace("\n", "\r\n"))
    assert "dial tcp 127.0.0.1:1: connect: connection refused" in run("kapp ls", KUBECONFIG=refused)
    assert "oakum lab up" in run("oakum deploy -a app -y -f cm.yml", KUBECONFIG="/nowhere")


def test_a_rejected_object_is_named_with_its_field_and_line_and_the_app_says_it_failed(run):
    put(run, "rejected.yml", REJECTED)
    app = f"app-{uuid.uuid4().hex[:8]}"
    told = run(f"oakum deploy -a {app} -y -f rejected.yml")
    assert "create deployment/rejected (apps/v1) namespace: default:" in told
    assert "spec.replicas is set at rejected.yml:13" in told
    assert f"{app}\tdefault\tfalse" in run(f"kapp ls | tr -d ' ' | grep {app}", status=0)
    run(f"kapp delete -a {app} -y", status=0)


def test_nothing_is_written_where_writing_fails(run):
    put(run, "cm.yml", CONFIG_MAP)
    put(run, "taken", "a file")
    for command in ("ytt -f cm.yml --output-files taken/out", "kbld -f cm.yml --lock-output taken/lock.yml"):
        assert "taken" in run(command)
    assert sorted(os.listdir(run.folder)) == ["cm.yml", "taken"]
    assert (run.folder / "taken").read_text() == "a file"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a Linux device")
@pytest.mark.parametrize("command", ["ytt -f cm.yml", "kbld -f cm.yml", "kapp ls", "oakum version"])
def test_a_full_disk_is_told(run, command):
    put(run, "cm.yml", CONFIG_MAP)
    assert run(f"{command} > /dev/full").endswith("Error: write /dev/stdout: no space left on device\n")


@pytest.mark.parametrize("command", ["ytt -f many.yml", "kapp deploy --help", "oakum lab --help", "kbld --help"])
def test_a_reader_that_goes_away_is_no_mistake(run, command):
    put(run, "many.yml", "- a: 1\n" * 20_000)
    assert run(f"set +o pipefail; {command} | head -c1 >/dev/null", status=0) == ""


@pytest.mark.parametrize("proxy", ["http://[", "ftp://x", "nonsense nonsense"])
def test_a_proxy_that_is_none_is_told(run, proxy):
    put(run, "pod.yml", pod("registry.example.com/library/x:1"))
    assert "invalid proxy address in HTTPS_PROXY" in run("kbld -f pod.yml", HTTPS_PROXY=proxy)


def test_ctrl_c_at_the_question_ends_without_a_word_and_nothing_is_applied(run, target):
    put(run, "cm.yml", CONFIG_MAP)
    app = f"app-{uuid.uuid4().hex[:8]}"
    process = subprocess.Popen(
        [BIN / "kapp", "deploy", "-a", app, "-f", "cm.yml", "--tty"], cwd=run.folder,
        env={**os.environ, **target.environment}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        # A test run started in the background would hand down that Ctrl-C is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    told = b""
    while not told.endswith(b"Continue? [yN]: "):
        piece = process.stdout.read1()
        assert piece, told
        told += piece
    process.send_signal(signal.SIGINT)
    assert process.communicate()[1] == b""
    assert process.returncode == 130
    assert run(f"kapp inspect -a {app}", status=0) == ""
    run(f"kapp delete -a {app} -y", status=0)


@pytest.mark.parametrize("command", ["up --detach", "status", "down"])
def test_a_lab_folder_that_cannot_be_is_told(run, command):
    put(run, "file", "")
    assert "it is no folder (hint: choose another with --data)" in run(f"oakum lab {command} --data file")
