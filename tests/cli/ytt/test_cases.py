"""Recorded cases of the command line, replayed in this process; see `tests/cases/README.md` for their form."""
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oakum.cli.program import main
from oakum.cli.ytt import ROOT

PROJECT = Path(__file__).parents[3]
OWN = sorted((PROJECT / "tests/cases/ytt").glob("*.jsonl"))
# Suites that lie beside the project where it is developed; they are not part of it.
SHARED = sorted((PROJECT / "../shared/conformance").glob("ytt-*.jsonl"))


def cases(suites: list[Path]) -> Iterator[Any]:
    for suite in suites:
        for line in suite.read_text().splitlines():
            case = json.loads(line)
            yield pytest.param(case, id=f"{suite.stem}/{case['id']}")


def replay(case: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of one case run in `folder`."""
    for name, text in case["files"].items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    monkeypatch.chdir(folder)
    for name, value in case["env"].items():
        monkeypatch.setenv(name, value.replace("{WORK}", str(folder)))
    out, err = io.BytesIO(), io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((case["stdin"] or "").encode())))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, write_through=True))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(err, write_through=True))
    status = main(ROOT, case["args"])
    shown = (stream.getvalue().decode("utf-8", "surrogateescape") for stream in (out, err))
    stdout, stderr = (text.replace(str(folder), "{WORK}") for text in shown)
    return status, stdout, stderr


@pytest.mark.parametrize("case", [*cases(OWN), *cases([suite for suite in SHARED if "practice" not in suite.name])])
def test_a_recorded_case_comes_out_the_same(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, stdout, stderr = replay(case, tmp_path, monkeypatch)
    assert (stderr, stdout, status) == (case["stderr"], case["stdout"], case["exit"])
    for name, text in (case.get("outputs") or {}).items():
        written = tmp_path / name
        assert (written.read_bytes().decode() if written.is_file() else None) == text
