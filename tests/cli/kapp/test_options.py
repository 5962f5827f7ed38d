"""Flags turned into the options of a deploy."""
from __future__ import annotations

import pytest

from oakum.cli.command import interpret
from oakum.cli.kapp import ROOT
from oakum.cli.kapp.options import delete_options, deploy_options
from oakum.cli.kapp.session import Session
from oakum.cli.ui import UI


def session(*words):
    call = interpret(ROOT, words)
    return Session(call, UI("kapp", call.flags))


@pytest.mark.parametrize(
    ("words", "expected"),
    [((), 10), (("--server-side",), 10), (("--apply-concurrency=3",), 3)],
)
def test_a_deploy_makes_as_many_changes_at_a_time_as_its_flag_says(words, expected):
    made = deploy_options(session("deploy", "-a", "app", "-n", "default", "-f", "-", *words), "app").apply
    assert made.concurrency == expected


@pytest.mark.parametrize(
    ("words", "prefix", "expected"),
    [(("delete", "-a", "app"), "", 10), (("delete", "-a", "app", "--apply-concurrency", "5"), "", 5),
     (("app-group", "deploy", "-g", "g", "-d", ".", "--apply-concurrency", "3"), "delete-", 10),
     (("app-group", "deploy", "-g", "g", "-d", ".", "--delete-apply-concurrency", "4"), "delete-", 4)],
)
def test_a_delete_makes_as_many_changes_at_a_time_as_its_own_flag_says(words, prefix, expected):
    assert delete_options(session(*words, "-n", "default"), "app", prefix).apply.concurrency == expected
