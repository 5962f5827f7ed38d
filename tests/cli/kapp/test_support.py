"""The commands around an application: complete outputs."""
from __future__ import annotations

import json
import re

import pytest
from tests.cli.kapp.conftest import Kapp
from tests.cli.kapp.test_errors import config_map
from tests.deploy.faults import faulty
from tests.kube.scripted import Reply

from oakum.dataclass import replace
from oakum.deploy.app.recorded import RecordedApp

RBAC = """\
apiVersion: v1
kind: ServiceAccount
metadata: {name: %(account)s}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: %(role)s}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: binding}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: %(kind)s, name: %(to)s}
subjects: [{kind: User, name: bob}%(subjects)s]
"""
TABLE = {
    "an account without a namespace is nobody's": (
        {"role": "r", "kind": "Role", "to": "r", "subjects": ", {kind: ServiceAccount, name: a}"},
        [["?", "?", "{NS}", "?", "r"], ["?", "?", "{NS}", "binding", "?"], ["{NS}", "a", "?", "?", "?"]]),
    "an account of others is not told": (
        {"role": "r", "kind": "Role", "to": "r",
         "subjects": ", {kind: ServiceAccount, name: a, namespace: {NS}}, "
                     "{kind: ServiceAccount, name: a, namespace: other}"},
        [["{NS}", "a", "{NS}", "binding", "r"]]),
    "a role of others is not told": (
        {"role": "r", "kind": "ClusterRole", "to": "view",
         "subjects": ", {kind: ServiceAccount, name: a, namespace: {NS}}"},
        [["?", "?", "{NS}", "?", "r"], ["?", "?", "{NS}", "binding", "?"], ["{NS}", "a", "?", "?", "?"]]),
    "a role alone belongs to nothing": (
        {"role": "r", "kind": "Role", "to": "r", "subjects": ""},
        [["?", "?", "{NS}", "?", "r"], ["?", "?", "{NS}", "binding", "?"], ["{NS}", "a", "?", "?", "?"]]),
    "nothing belongs to anything": (
        {"role": "r", "kind": "ClusterRole", "to": "view", "subjects": ""},
        [["?", "?", "{NS}", "?", "r"], ["?", "?", "{NS}", "binding", "?"], ["{NS}", "a", "?", "?", "?"]]),
}


@pytest.mark.parametrize(("values", "rows"), TABLE.values(), ids=TABLE)
def test_accounts_bindings_and_roles_of_the_application_are_put_together(
        kapp: Kapp, values: dict[str, str], rows: list[list[str]]) -> None:
    kapp.deploys((RBAC % {"account": "a", **values}).replace("{NS}", kapp.namespace))
    status, out, err = kapp("service-account", "list", "-a", "app")
    assert (status, err) == (0, "")
    assert [[cell.strip() for cell in line.split("\t")[:-1]] for line in out.splitlines()] == rows


def test_config_maps_are_listed_by_their_texts_and_one_without_any_is_too(kapp: Kapp) -> None:
    kapp.deploys(config_map("a", "{z: v, b: w}") + "binaryData: {c: aGk=}\n" + config_map("e", "{}"))
    assert kapp("config-map", "list", "-a", "app", "--values", "--column", "name,key,value")[1] == (
        "a\tb\tw\t\na\tz\tv\t\ne\t-\t-\t\n")


def test_config_maps_are_listed_where_the_server_cannot_tell_its_kinds(kapp: Kapp) -> None:
    kapp.deploys(config_map("a", "{b: w}"))
    with faulty(kapp.client.transport.config, lambda _, path: Reply(503) if path in ("/api", "/apis") else None) as at:
        config = json.dumps({"clusters": [{"name": "c", "cluster": {"server": at.server}}], "current-context": "c",
                             "contexts": [{"name": "c", "context": {"cluster": "c"}}]})
        assert kapp("config-map", "list", "-a", "app", "--kubeconfig-yaml", config) == (0, "{NS}\ta\tb\t\n", "")


def test_applications_are_listed_by_the_age_of_their_records(kapp: Kapp) -> None:
    kapp.deploys(config_map("a"))
    assert [kapp("list", "--filter-age", age, "--column", "name")[1] for age in ("1h-", "1h+")] == ["app\t\n", ""]


def test_an_application_of_a_selector_has_no_history(kapp: Kapp) -> None:
    assert kapp("app-change", "list", "-a", "label:x=y") == (0, "", "")
    told = kapp("app-change", "gc", "-a", "label:x=y", "--tty")[1]
    assert told.partition("\n\n")[2] == "Kept 0, deleted 0 app changes\n\nSucceeded\n"


def test_a_metadata_file_that_cannot_be_written_is_told_and_stops_no_deploy(kapp: Kapp) -> None:
    out = kapp.deploys(config_map("a"), "--app-metadata-file-output", "gone/meta.json", "--tty")
    assert "\nWarning: open gone/meta.json: no such file or directory\n" in out
    assert kapp("app-change", "list", "-a", "app", "--column", "successful")[1] == "true\t\n"


def test_objects_of_the_applications_that_are_named_may_be_taken_over(kapp: Kapp) -> None:
    kapp.deploys(config_map("a"), app="other")
    taking = "--dangerous-ownership-override-allowed-apps"
    assert "already associated with a different app 'other'" in kapp.deploy_fails(config_map("a"), taking, "else")
    assert "update configmap/a " in kapp.deploys(config_map("a"), taking, "else,other")


def test_an_application_renamed_to_its_own_name_keeps_its_record(kapp: Kapp) -> None:
    kapp.deploys(config_map("a"))
    assert kapp.fails("rename", "-a", "app", "--new-name", "app", "-y") == (
        'Creating app: configmaps "app" already exists')
    assert kapp("inspect", "-a", "app")[1].split("\t")[1] == "a"


def test_debugging_tells_what_takes_time_and_how_long_it_took(kapp: Kapp) -> None:
    kapp.deploys(config_map("a"))
    said = re.findall(r"^\d\d:\d\d:\d\d[AP]M: debug: (.*)$", kapp.deploys(config_map("a"), "--debug"), re.M)
    assert [re.sub(r"\([\d.]+(µs|ms|s)\)", "(TIME)", text) for text in said if "Resource=pods" not in text] == [
        "CommandRun: start",
        "RecordedApp: CreateOrUpdate: start",
        "RecordedApp: CreateOrUpdate: end (TIME)",
        "Resources: /v1, Resource=configmaps: start",
        "Resources: /v1, Resource=configmaps: end (TIME)",
        "ClusterChangeSet: ChangeGraph: NewChangeGraph: start",
        "ClusterChangeSet: ChangeGraph: NewChangeGraph: end (TIME)",
        "CommandRun: end (TIME)",
    ]
    assert "debug" not in kapp.deploys(config_map("a"))


def test_a_change_that_has_not_ended_is_not_told_in_the_list(kapp: Kapp) -> None:
    kapp.deploys(config_map("a"))
    record = RecordedApp(kapp.client, "app", kapp.namespace)
    record.update(lambda meta: replace(meta, last_change=replace(meta.last_change, successful=None)))
    assert [cell.strip() for cell in kapp("ls")[1].rstrip("\n").split("\t")] == ["app", "-", "-", "-", ""]
