"""Recorded cases that need no registry, replayed in this process; see `tests/cases/README.md` for their form."""
from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from oakum.cli.kbld import ROOT
from oakum.cli.program import main

CASES = [
    json.loads(line)
    for suite in sorted((Path(__file__).parents[2] / "cases" / "kbld").glob("*.jsonl"))
    for line in suite.read_text().splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_recorded_case_comes_out_the_same(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in case["files"].items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    out, err = io.BytesIO(), io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((case["stdin"] or "").encode())))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, write_through=True))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(err, write_through=True))
    status = main(ROOT, case["args"])
    stdout, stderr = (stream.getvalue().decode("utf-8", "surrogateescape") for stream in (out, err))
    assert (stderr, stdout, status) == (case["stderr"], case["stdout"], case["exit"])
    for name, text in (case.get("outputs") or {}).items():
        written = tmp_path / name
        assert (written.read_text() if written.is_file() else None) == text
