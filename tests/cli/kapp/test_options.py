"""Flags turned into the options of a deploy."""
from __future__ import annotations

import pytest

from oakum.cli.command import interpret
from oakum.cli.kapp import ROOT
from oakum.cli.kapp.options import deploy_options
from oakum.cli.kapp.session import Session
from oakum.cli.ui import UI


@pytest.mark.parametrize(
    ("words", "expected"),
    [((), 5), (("--server-side",), 10), (("--server-side", "--apply-concurrency", "5"), 5),
     (("--apply-concurrency=3",), 3)],
)
def test_more_is_written_at_a_time_where_an_object_takes_one_write_unless_told_otherwise(words, expected):
    call = interpret(ROOT, ["deploy", "-a", "app", "-n", "default", "-f", "-", *words])
    assert deploy_options(Session(call, UI("kapp", call.flags)), "app").apply.concurrency == expected
