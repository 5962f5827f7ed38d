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
    ("words", "writes", "deletes"),
    [((), 5, 10), (("--server-side",), 10, 10), (("--server-side", "--apply-concurrency", "5"), 5, 5),
     (("--apply-concurrency=3",), 3, 3)],
)
def test_more_is_done_at_a_time_where_a_change_takes_one_write_unless_told_otherwise(words, writes, deletes):
    made = deploy_options(session("deploy", "-a", "app", "-n", "default", "-f", "-", *words), "app").apply
    assert (made.at_once(deletes=False), made.at_once(deletes=True)) == (writes, deletes)


@pytest.mark.parametrize(
    ("words", "prefix", "expected"),
    [(("delete", "-a", "app"), "", 10), (("delete", "-a", "app", "--apply-concurrency", "5"), "", 5),
     (("app-group", "deploy", "-g", "g", "-d", ".", "--apply-concurrency", "3"), "delete-", 10),
     (("app-group", "deploy", "-g", "g", "-d", ".", "--delete-apply-concurrency", "4"), "delete-", 4)],
)
def test_a_delete_makes_as_many_changes_at_a_time_as_its_own_flag_says(words, prefix, expected):
    made = delete_options(session(*words, "-n", "default"), "app", prefix).apply
    assert made.at_once(deletes=True) == expected
