"""Commands and mistakes that need no cluster: complete outputs."""
from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from oakum.cli.kapp import ROOT
from oakum.cli.program import main


def kapp(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(ROOT, list(arguments))
    out = capsys.readouterr()
    return status, out.out, out.err


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("a.yml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k1: '1', k2: '2'}\n")
    Path("b.yml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k1: '1', k2: '3'}\n")
    return "a.yml"


@pytest.mark.parametrize(("arguments", "error"), [
    (["bogus"], "Invalid command - see available commands/subcommands above"),
    (["app-group"], "Use one of available subcommands: delete, deploy"),
    (["tools", "bogus"], "Use one of available subcommands: diff, inspect, list-labels"),
    (["deploy", "extra"], "command 'kapp deploy' does not accept extra arguments 'extra'"),
    (["deploy", "--bogus"], "unknown flag: --bogus"),
    (["completion"], "accepts 1 arg(s), received 0"),
    (["completion", "bash", "x"], "accepts 1 arg(s), received 2"),
    (["deploy", "--kube-api-qps", "1e39"],
     'invalid argument "1e39" for "--kube-api-qps" flag: strconv.ParseFloat: parsing "1e39": value out of range'),
    (["deploy", "--preflight="], 'invalid argument "" for "--preflight" flag: unknown preflight check "" specified'),
    (["ls", "--kubeconfig-yaml", "a: 1"], "Building Kubernetes config (explicit config given): invalid configuration: "
     "no configuration has been provided, try setting KUBERNETES_MASTER environment variable (hint: Ensure cluster "
     "name is specified correctly in context configuration)"),
    (["completion", "foo"], 'invalid argument "foo" for "kapp completion"'),
    (["deploy", "--preflight", "X"],
     'invalid argument "X" for "--preflight" flag: unknown preflight check "X" specified'),
    (["deploy", "--apply-concurrency", "0"],
     'invalid argument "0" for "--apply-concurrency" flag:\n  Expected maximum throttle to be >= 1, but was 0'),
    (["tools", "inspect", "-f", "/nowhere"], "stat /nowhere: no such file or directory"),
    (["tools", "inspect", "-f", "x (b] c: D"], "stat x (b) c:\n  D: no such file or directory"),
    (["tools", "inspect", "-f", "x ] c"], "stat x "),
    (["ls", "--kubeconfig", "/nowhere"], "Building Kubernetes config: stat /nowhere: no such file or directory"),
    (["app-group", "deploy", "-g", "g", "-d", "nowhere"], "Reading directory 'nowhere': open nowhere: no such file or "
     "directory"),
    (["app-group", "delete"], "Expected group name to be non-empty"),
    (["tools", "inspect", "-f", "a.yml", "--filter-age", "5m"], "Expected age filter to be either empty or parseable "
     "time.Duration (example: 5m+, 24h-; valid units: ns, us, ms, s, m, h)"),
    (["version", "--profile", "x"], "unknown profile 'x'"),
])
def test_mistakes_are_reported_in_one_message(capsys: pytest.CaptureFixture[str], file: str, arguments: list[str],
                                              error: str) -> None:
    status, _, err = kapp(capsys, *arguments)
    assert (status, err.rstrip("\n")) == (1, f"kapp: Error: {error}")


def test_a_server_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("current-context: c\nclusters: [{name: k, cluster: {server: 'http://127.0.0.1:1'}}]\n"
                      "contexts: [{name: c, context: {cluster: k}}]\n")
    status, _, err = kapp(capsys, "inspect", "-a", "x", "--kubeconfig", str(config))
    assert status == 1
    assert err == ('kapp: Error: Getting app:\n  Get "http://127.0.0.1:1/api/v1/namespaces/default/configmaps/'
                   'x.apps.k14s.io": dial tcp 127.0.0.1:1: connect: connection refused\n')


def test_files_are_shown_as_a_table_each(capsys: pytest.CaptureFixture[str], file: str) -> None:
    assert kapp(capsys, "tools", "inspect", "-f", file, "--tty")[1] == (
        "Resources in file 'a.yml'\n\nNamespace  Name  Kind       Owner  Rs  Ri  Age  \n"
        "(cluster)  a     ConfigMap  -      -   -   -  \n\nRs: Reconcile state\nRi: Reconcile information\n\n"
        "1 resources\n\nSucceeded\n")


def test_two_files_are_compared(capsys: pytest.CaptureFixture[str], file: str) -> None:
    assert kapp(capsys, "tools", "diff", "-f", "b.yml", "--file2", file, "-c", "--tty")[1] == (
        "@@ update configmap/a (v1) cluster @@\n  ...\n  2,  2     k1: \"1\"\n  3     -   k2: \"2\"\n      3 +   k2: \"3\"\n"
        "  4,  4   kind: ConfigMap\n  5,  5   metadata:\n\nChanges\n\n"
        "Namespace  Name  Kind       Age  Op      Op st.  Wait to  Rs  Ri  \n"
        "(cluster)  a     ConfigMap  -    update  ???     -        ok  -  \n\n"
        "Op:      0 create, 0 delete, 1 update, 0 noop, 0 exists\nWait to: 0 reconcile, 0 delete, 1 noop\n\nSucceeded\n")


def test_without_a_terminal_differences_of_files_have_no_headings(capsys: pytest.CaptureFixture[str], file: str) -> None:
    out = kapp(capsys, "tools", "diff", "-f", "b.yml", "--file2", file, "-c", "--summary=false")[1]
    assert out.startswith("  ...\n  2,  2     k1")
    found = json.loads(kapp(capsys, "tools", "diff", "-f", "b.yml", "--file2", file, "-c", "--json")[1])
    assert found["Lines"] == ["@@ update configmap/a (v1) cluster @@\n", "Succeeded"]
    assert found["Blocks"][0].startswith("  ...")


def test_objects_that_are_the_same_in_both_files_are_listed_too(capsys: pytest.CaptureFixture[str], file: str) -> None:
    same = ("tools", "diff", "-f", file, "--file2", file)
    assert kapp(capsys, *same, "-c")[1] == "\n\n(cluster)\ta\tConfigMap\t-\t-\t???\t-\tok\t-\t\n"
    assert kapp(capsys, *same, "-c", "--context", "-1", "--summary=false")[1].startswith("  0,  0   apiVersion: v1\n")


def test_the_wanted_ones_of_two_files_are_printed(capsys: pytest.CaptureFixture[str], file: str) -> None:
    out = kapp(capsys, "tools", "diff", "-f", "b.yml", "--file2", file, "--changes-yaml", "--summary=false")[1]
    assert out == ("---\n# update: configmap/a (v1) cluster (strategy: unknown)\napiVersion: v1\ndata:\n  k1: \"1\"\n"
                   "  k2: \"3\"\nkind: ConfigMap\nmetadata:\n  name: a\n\n")


def test_between_files_all_that_exists_is_taken_for_done(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    old = tmp_path / "old.yml"
    old.write_text("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {replicas: 1}\n")
    assert kapp(capsys, "tools", "diff", "--file2", str(old))[1] == "(cluster)\td\tDeployment\t-\tdelete\t???\t-\tok\t-\t\n"


def test_json_has_keys_of_long_names(capsys: pytest.CaptureFixture[str], file: str) -> None:
    found = json.loads(kapp(capsys, "tools", "inspect", "-f", file, "--json")[1])
    assert found["Tables"][0]["Header"]["reconcile_state"] == "Rs"
    assert found["Lines"] == ["Succeeded"]


def test_the_built_in_rules_are_printed_as_a_config_document_that_is_read_back(
        capsys: pytest.CaptureFixture[str]) -> None:
    from oakum.deploy.config.config import parse_config
    from oakum.deploy.config.tables import DOCUMENT
    from oakum.deploy.resource import Resource
    from oakum.yaml import plain

    read = plain.load(kapp(capsys, "deploy-config")[1])
    assert read == DOCUMENT
    assert parse_config(Resource(read), "").orders[0].rules == (
        "upsert after upserting change-groups.kapp.k14s.io/crds-{api-group}-{kind}",)


HEAVY = ("urllib3", "starlette", "yaml", "orjson", "re2", "oakum.template", "oakum.images", "oakum.lab",
         "oakum.registry", "oakum.starlark", "oakum.deploy", "concurrent.futures", "asyncio", "email")


def test_help_puts_what_is_used_most_first_and_lists_it_under_its_own_heading_too(
        capsys: pytest.CaptureFixture[str]) -> None:
    page = kapp(capsys, "deploy", "--help")[1].split("\n\n")
    shown = {heading: re.findall(r"^ +(?:-\w, )?(--[\w-]+)", rows, re.M)
             for heading, _, rows in (part.partition(":\n") for part in page)}
    assert shown["Common Flags"] == ["--app", "--diff-changes", "--file", "--namespace"]
    assert "--diff-changes" in shown["Diff Flags"]
    assert "--dangerous-allow-empty-list-of-resources" in shown["Apply Flags"]


def test_nothing_heavy_is_imported_before_a_command_needs_it() -> None:
    code = ("import sys; from oakum.cli.kapp import main; sys.argv[1:] = ['version']; main();"
            f"print([m for m in {HEAVY!r} if m in sys.modules])")
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out == "kapp version 0.60.0\n[]\n"


def test_nothing_heavy_is_imported_to_ask_a_cluster() -> None:
    code = ("import sys; from oakum.cli.kapp import main; sys.argv[1:] = ['ls', '--kubeconfig-yaml', sys.argv[1]]; main();"
            "print([m for m in ('urllib3', 'dataclasses', 'inspect', 'logging', 'concurrent.futures', 'starlette', "
            "'oakum.template', 'oakum.images', 'oakum.registry', 'oakum.starlark', 'oakum.lab') if m in sys.modules])")
    config = ("{contexts: [{name: a, context: {cluster: a}}], current-context: a, "
              "clusters: [{name: a, cluster: {server: 'http://127.0.0.1:1'}}]}")
    done = subprocess.run([sys.executable, "-c", code, config], capture_output=True, text=True, check=True)
    assert "connection refused" in done.stderr
    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize("words", [["bogus"], ["app-group"]])
def test_odd_invocations_are_told_as_json_where_that_is_asked_for(capsys: pytest.CaptureFixture[str],
                                                                  words: list[str]) -> None:
    status, out, err = kapp(capsys, *words, "--json")
    assert (status, err) == (1, "")
    assert json.loads(out)["Lines"][0].startswith("kapp: Error: ")


@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_a_word_after_the_call_for_help_is_taken_for_its_value(capsys: pytest.CaptureFixture[str], asked: str) -> None:
    assert kapp(capsys, asked, "deploy")[1] == kapp(capsys, asked)[1]


def test_help_pages_that_are_asked_for_by_the_command_end_with_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    assert kapp(capsys, "help", "deploy")[1] + "\nSucceeded\n" == kapp(capsys, "deploy", "--help")[1]


def test_what_flags_do_stands_in_one_column_below_all_headings(capsys: pytest.CaptureFixture[str]) -> None:
    page = kapp(capsys, "deploy", "--help")[1].partition("Global Flags:")[0]
    columns = {line.index(text) for line in page.splitlines()
               for text in ("Set file (", "Show changes", "Show logs from all Pods", "help for deploy") if text in line}
    assert len(columns) == 1


def test_commands_below_a_command_stand_below_the_heading_of_all_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert ("\nAvailable/Other Commands:\n  delete      Delete app group\n  deploy      Deploy app group\n\n"
            in kapp(capsys, "app-group", "--help")[1])
