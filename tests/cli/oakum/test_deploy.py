"""`oakum deploy`: the pipeline as one pass, on whatever cluster `--target` names."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from oakum.cli.oakum.deploy import NOT_HERE, flags
from oakum.cli.oakum.deploy import PROGRAMS as TABLES

BIN = Path(sys.executable).parent


def deploy(run, *words, status=0):
    return run("oakum", "deploy", "-a", "app", "-f", "config", "-y", *words, status=status)


def test_it_has_the_flags_of_all_three_programs_once():
    names = [flag.name for flag in flags()]
    assert len(names) == len(set(names))
    assert {flag.name for table in TABLES for flag in table} - set(names) == NOT_HERE
    shorts = [flag.short for flag in flags() if flag.short]
    assert len(shorts) == len(set(shorts))


def test_a_change_of_one_value_is_the_only_change(run):
    deploy(run)
    told = deploy(run, "-v", "colour=blue", "--diff-changes")
    assert "-   colour: red" in told
    assert "+   colour: blue" in told
    assert "Op:      0 create, 0 delete, 1 update, 0 noop, 0 exists" in told


def test_what_it_deployed_kapp_takes_over(run):
    deploy(run)
    run_folder = run.folder / "rendered.yml"
    run_folder.write_text(subprocess.run([BIN / "ytt", "-f", "config"], cwd=run.folder, capture_output=True, text=True).stdout)
    assert "Op:      0 create, 0 delete, 0 update" in run("kapp", "deploy", "-a", "app", "-f", "rendered.yml", "-y")
    run("kapp", "delete", "-a", "app", "-y")


def test_a_refused_field_is_reported_with_the_line_it_was_written_on(run):
    told = deploy(run, "--data-value-yaml", "port=70000", status=1)
    assert "Invalid value: 70000" in told
    assert "spec.ports[0].port is set at config.yml:20" in told


def test_of_an_object_that_is_refused_as_a_whole_it_is_said_where_it_begins(run):
    (run.folder / "config/more.yml").write_text(NAMED.format("web") + f"data: {{a: {'x' * 1_100_000}}}\n")
    told = deploy(run, status=1)
    assert "Too long" in told
    assert told.endswith("- the object begins at more.yml:1\n")


def test_a_mark_of_byte_order_as_windows_writes_it_is_no_part_of_the_first_key(run):
    (run.folder / "config/more.yml").write_text(NAMED.format("web").replace("\n", "\r\n"), "utf-8-sig")
    assert "Succeeded" in deploy(run)


NAMED = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\n"


@pytest.mark.parametrize(("written", "told"), [
    (NAMED.format("web") + "  labels: 7\n", "- metadata.labels is set at more.yml:5\n"),
    ("apiVersion: v9\nkind: Nope\nmetadata: {name: web}\n", "- kind is set at more.yml:2\n"),
    (NAMED.format("settings"), "- metadata.name is set at config.yml:6\n- metadata.name is set at more.yml:4\n"),
])  # fmt: skip
def test_what_cannot_be_deployed_is_reported_with_the_line_it_was_written_on(run, written, told):
    (run.folder / "config/more.yml").write_text(written)
    assert deploy(run, status=1).endswith(told)


def test_a_template_that_fails_leaves_no_record_behind(run):
    (run.folder / "config/broken.yml").write_text("a: #@ nope\n")
    assert "undefined: nope" in deploy(run, status=1)
    assert "does not exist" in run("kapp", "delete", "-a", "app", "-y")


def test_a_document_that_is_no_resource_is_named(run):
    (run.folder / "config/list.yml").write_text("- not\n- a map\n")
    assert "list.yml" in deploy(run, status=1)


def test_a_dry_run_builds_nothing_and_says_what_is_to_be_built(run, site):
    told = deploy(run, "--diff-run", "--diff-changes")
    assert "site | not built in a dry run" in told
    assert f"image: {site} (to be built)\n" in told
    assert "starting" not in told
    deploy(run)
    again = deploy(run, "--diff-run")
    assert f"site | unchanged since it was last built: site -> {site}@sha256:" in again
    assert "Op:      0 create, 0 delete, 0 update" in again


def test_a_dry_run_writes_no_lock_of_what_is_not_built(run, site):
    told = deploy(run, "--diff-run", "--lock-output", "lock.yml", status=1)
    assert "Expected the digest of 'site' for the lock, but it is still to be built" in told
    assert not (run.folder / "lock.yml").exists()


def test_one_lock_is_written_as_kbld_does(run):
    told = deploy(run, "--lock-output", "a.yml", "--imgpkg-lock-output", "b.yml", status=1)
    assert told == ("oakum: Error: Can only output one lockfile type, "
                    "please provide only one of '--lock-output' or '--imgpkg-lock-output'\n")


def test_an_application_needs_a_name(run):
    assert "Expected app name to be non-empty" in run("oakum", "deploy", "-f", "config", "-y", status=1)


def test_only_what_is_needed_is_imported(tmp_path):
    """The budget of start-up is kept by what is not imported; no module compiles methods of dataclasses."""
    code = ("import sys; from oakum.cli.oakum import main; main(['deploy', '-a', 'x', '-f', 'missing']);"
            "print(*sorted(sys.modules))")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True, text=True)
    modules = set(done.stdout.split())
    assert "oakum.template.workspace.inputs" in modules
    heavy = {"urllib3", "ssl", "http.client", "orjson", "dataclasses", "inspect", "logging", "concurrent.futures", "tarfile"}
    assert not heavy & modules
    assert not any(name.startswith(("oakum.images.builders", "oakum.lab.", "oakum.kube.watch")) for name in modules)


def test_a_template_of_text_is_said_to_be_none_to_deploy(run):
    (run.folder / "config/notes.txt").write_text("port (@= str(80) @)\n")
    assert "Warning: notes.txt is a template of text, and no object to deploy\n" in deploy(run)


def test_a_file_that_is_not_read_as_yaml_is_explained(run):
    (run.folder / "map.json").write_text('{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "j"}}')
    words = ("oakum", "deploy", "-a", "app", "-y", "-f", "map.json")
    assert "--file-mark 'NAME:type=yaml-plain'" in run(*words, status=1)
    assert "Succeeded" in run(*words, "--file-mark", "map.json:type=yaml-plain")
