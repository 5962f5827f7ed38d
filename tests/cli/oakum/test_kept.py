"""A deploy that finds everything as it left it goes a shorter way, and says and does the same."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import pytest

WATCHED = "import sys; from oakum.cli.oakum import main; status = main(sys.argv[1:]); sys.stdout.flush();" \
    "sys.stderr.write('RENDERED' if 'oakum.template.render' in sys.modules else ''); sys.exit(status)"
NOTHING = "Op:      0 create, 0 delete, 0 update, 0 noop, 0 exists"


@pytest.fixture
def deploy(run):
    """Deploys the folder; gives what was printed, and whether templates were rendered for it."""

    def call(*words, environment=None, stdin="", name="app", status=0):
        done = subprocess.run(
            [sys.executable, "-c", WATCHED, "deploy", "-a", name, "-f", "config", "-y", "-n", run.namespace, *words],
            cwd=run.folder, env={**run.environment, **(environment or {})}, capture_output=True, text=True, input=stdin,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr.removesuffix("RENDERED"), done.stderr.endswith("RENDERED")

    call.run = run
    return call


@pytest.fixture
def settled(deploy):
    """`deploy`, when the application is there, nothing was left to change, and that is known."""
    deploy()
    told, rendered = deploy()
    assert NOTHING in told
    assert rendered
    deploy.told = told
    return deploy


def kubectl(deploy, *words, stdin=None):
    run = deploy.run
    return subprocess.run(
        [*run.kubectl, "-n", run.namespace, *words], check=True, capture_output=True, text=True, input=stdin).stdout


def test_the_short_way_is_gone_only_where_nothing_has_changed_and_says_the_same(settled):
    assert settled() == (settled.told, False)
    assert settled() == (settled.told, False)
    assert settled("--diff-changes")[1], "other flags might print something else"


def test_the_short_way_takes_few_imports(settled):
    run = settled.run
    code = "import sys; from oakum.cli.oakum import main; main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    words = ("deploy", "-a", "app", "-f", "config", "-y", "-n", run.namespace)
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=run.folder, env=run.environment, capture_output=True,
                          text=True, check=True)
    modules = set(done.stderr.split())
    heavy = {"pathlib", "urllib.parse", "ipaddress", "tempfile", "shutil", "subprocess", "locale", "datetime", "orjson"}
    assert heavy & modules == set()
    rooms = {"oakum.template.render", "oakum.yaml.simple", "oakum.images.annotation", "oakum.deploy.deploying", "oakum.cli.lab"}
    assert rooms & modules == set()


@pytest.mark.parametrize("words", [("-v", "colour=blue"), ("--data-value-yaml", "port=81"), ("--into-ns", "other")])
def test_another_flag_leads_the_whole_way(settled, words):
    assert settled(*words, "--diff-run")[1]


def test_a_changed_file_is_deployed(settled):
    path = settled.run.folder / "config/values.yml"
    was = path.stat()
    path.write_text(path.read_text().replace("red", "tan"))
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    told, rendered = settled("--diff-changes")
    assert rendered
    assert "+   colour: tan" in told


def test_a_new_file_is_deployed(settled):
    (settled.run.folder / "config/more.yml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n")
    assert "1 create" in settled()[0]


def test_a_value_from_the_environment_counts(deploy):
    words = ("--data-values-env", "APP")
    deploy(*words, environment={"APP_colour": "tan"})
    deploy(*words, environment={"APP_colour": "tan"})
    assert not deploy(*words, environment={"APP_colour": "tan", "OTHER": "1"})[1]
    told, rendered = deploy(*words, "--diff-changes", environment={"APP_colour": "pink"})
    assert rendered
    assert "+   colour: pink" in told


def test_what_somebody_changed_in_the_cluster_is_put_right(settled):
    kubectl(settled, "patch", "configmap", "settings", "--type=merge", "-p", '{"data":{"colour":"black"}}')
    told, rendered = settled("--diff-changes")
    assert rendered
    assert "-   colour: black" in told
    assert kubectl(settled, "get", "configmap", "settings", "-o", "jsonpath={.data.colour}") == "red"


def test_what_somebody_deleted_is_made_again(settled):
    kubectl(settled, "delete", "service", "web")
    assert "1 create" in settled()[0]
    assert "web" in kubectl(settled, "get", "services", "-o", "name")


def test_what_somebody_added_with_the_applications_label_is_looked_at(settled):
    found = json.loads(kubectl(settled, "get", "configmap", "settings", "-o", "json"))
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "stray", "labels": found["metadata"]["labels"]}}
    kubectl(settled, "create", "-f", "-", stdin=json.dumps(body))
    assert settled()[1]


def test_an_application_whose_record_is_gone_is_not_taken_for_deployed(settled):
    kubectl(settled, "delete", "configmap", "app")
    assert settled(status=1)[1]


def test_a_deploy_that_changes_something_leaves_nothing_for_the_next(deploy):
    deploy()
    assert deploy("-v", "colour=blue")[1]
    assert deploy("-v", "colour=blue")[1]
    assert not deploy("-v", "colour=blue")[1]


def test_another_holder_of_the_lock_is_respected(settled):
    now = subprocess.run(["date", "-u", "+%Y-%m-%dT%H:%M:%S.000000Z"], capture_output=True, text=True).stdout.strip()
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "app-deploy-lock"},
             "spec": {"holderIdentity": "somebody", "leaseDurationSeconds": 600, "acquireTime": now, "renewTime": now}}
    kubectl(settled, "create", "-f", "-", stdin=json.dumps(lease))
    assert "somebody" in settled("--lock-wait", "1s", status=1)[0]


def test_nothing_is_kept_where_nothing_may_be(deploy):
    for _ in range(3):
        assert deploy(environment={"OAKUM_CACHE": "off"})[1]
    assert not list((deploy.run.folder / ".cache").glob("oakum/deploys/*"))


def test_standard_input_is_read_once(deploy):
    more = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n"
    for _ in range(2):
        deploy("-f", "-", stdin=more)
    assert not deploy("-f", "-", stdin=more)[1]
    assert "1 update" in deploy("-f", "-", stdin=more + "data: {a: b}\n")[0]


def test_what_is_kept_is_its_owners_alone_and_holds_no_values(settled):
    settled("-v", "colour=hunter2")
    settled("-v", "colour=hunter2")
    kept, = (settled.run.folder / ".cache/oakum/deploys").iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    assert "hunter2" not in kept.read_text()


def test_what_another_version_of_the_program_left_is_not_used(settled):
    kept, = (settled.run.folder / ".cache/oakum/deploys").iterdir()
    known = json.loads(kept.read_text())
    kept.write_text(json.dumps({**known, "program": "another"}))
    assert settled() == (settled.told, True)
    assert settled() == (settled.told, False)


def test_images_of_other_templates_are_not_used(settled):
    kept, = (settled.run.folder / ".cache/oakum/deploys").iterdir()
    known = json.loads(kept.read_text())
    images = {"localhost:1/none@sha256:" + "0" * 64: ["localhost:1/none@sha256:" + "0" * 64, []]}
    kept.write_text(json.dumps({**known, "images": images, "program": "another"}))
    told, rendered = settled()
    assert rendered
    assert NOTHING in told


def test_another_kubeconfig_may_mean_another_user_who_has_to_look_for_themselves(settled):
    path = settled.run.folder / "kubeconfig"
    path.write_text(Path(settled.run.environment["KUBECONFIG"]).read_text() + "\n")
    assert settled(environment={"KUBECONFIG": str(path)})[1]
    assert not settled(environment={"KUBECONFIG": str(path)})[1]


def test_a_plugin_for_credentials_is_run_once_in_each_deploy(settled):
    folder, config = settled.run.folder, json.loads(kubectl(settled, "config", "view", "--raw", "-o", "json"))
    known = config["users"][0]["user"]
    status = {"token": known["token"]} if "token" in known else {
        "clientCertificateData": b64decode(known["client-certificate-data"]).decode(),
        "clientKeyData": b64decode(known["client-key-data"]).decode()}
    answer = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status}
    (folder / "answer.json").write_text(json.dumps(answer))
    plugin = {"apiVersion": answer["apiVersion"], "command": "sh", "interactiveMode": "Never",
              "args": ["-c", f"echo asked >>{folder}/calls; cat {folder}/answer.json"]}
    config["users"][0]["user"] = {"exec": plugin}
    (folder / "exec.json").write_text(json.dumps(config))
    for expected in (True, False, False):
        (folder / "calls").write_text("")
        assert settled(environment={"KUBECONFIG": str(folder / "exec.json")})[1] is expected
        assert (folder / "calls").read_text() == "asked\n"


def test_a_mistake_in_the_kubeconfig_is_told_before_anything_is_built(deploy):
    (deploy.run.folder / "bad").write_text("clusters: [")
    (deploy.run.folder / "config/config.yml").write_text("a: #@ nope\n")
    told, rendered = deploy(environment={"KUBECONFIG": str(deploy.run.folder / "bad")}, status=1)
    assert "Building Kubernetes config" in told
    assert not rendered


def test_a_working_folder_that_was_deleted_is_no_obstacle(run):
    gone = run.folder / "gone"
    gone.mkdir()
    words = ("deploy", "-a", "app", "-f", run.folder / "config", "-y", "-n", run.namespace)
    done = subprocess.run(["sh", "-c", 'rmdir "$PWD" && exec "$@"', "sh", Path(sys.executable).with_name("oakum"), *words],
                          cwd=gone, env=run.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_what_is_damaged_is_as_if_it_were_not_there(settled):
    kept, = (settled.run.folder / ".cache/oakum/deploys").iterdir()
    kept.write_text("{}")
    assert settled()[1]
    kept.write_text("nonsense")
    assert settled()[1]


def test_marks_on_files_are_heeded(deploy):
    (deploy.run.folder / "config/broken.yml").write_text("a: #@ nope\n")
    deploy("--file-mark", "broken.yml:exclude=true")
