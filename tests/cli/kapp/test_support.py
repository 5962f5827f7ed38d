"""The commands around an application: complete outputs."""
from __future__ import annotations

import re

import pytest
from tests.cli.kapp.conftest import Kapp
from tests.cli.kapp.test_errors import config_map

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
    "an account with its role": (
        {"role": "r", "kind": "Role", "to": "r", "subjects": ", {kind: ServiceAccount, name: a}"},
        [["{NS}", "a", "{NS}", "binding", "r"]]),
    "an account of others is not told": (
        {"role": "r", "kind": "Role", "to": "r",
         "subjects": ", {kind: ServiceAccount, name: a}, {kind: ServiceAccount, name: a, namespace: other}"},
        [["{NS}", "a", "{NS}", "binding", "r"]]),
    "a role of others is not told": (
        {"role": "r", "kind": "ClusterRole", "to": "view", "subjects": ", {kind: ServiceAccount, name: a}"},
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
    kapp.deploys(RBAC % {"account": "a", **values})
    status, out, err = kapp("service-account", "list", "-a", "app")
    assert (status, err) == (0, "")
    assert [[cell.strip() for cell in line.split("\t")[:-1]] for line in out.splitlines()] == rows


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
