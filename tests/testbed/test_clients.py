"""Clients are found where they are installed or were built, and one that cannot be built is told, not an error."""
from pathlib import Path

import pytest
from testbed import clients


@pytest.fixture(autouse=True)
def empty(monkeypatch, tmp_path):
    """No programs on the PATH but `go`, nothing built."""
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv("OAKUM_TESTBED_CACHE", str(tmp_path / "cache"))


def go(folder: Path, script: str) -> None:
    (folder / "path").mkdir()
    (folder / "path/go").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "path/go").chmod(0o755)


def test_go_builds_each_from_its_module(tmp_path):
    go(tmp_path, """/bin/mkdir -p "$GOBIN"; name=${2##*/}; name=${name%@*}
echo "$*" > "$GOBIN/$name"; /bin/chmod +x "$GOBIN/$name" """)
    clients.build()
    for name, package in clients.MODULES.items():
        found = clients.find(name)
        assert found is not None
        assert Path(found).read_text() == f"install {package}\n"


def test_what_cannot_be_built_is_told(tmp_path, capsys):
    go(tmp_path, "echo no such module >&2; exit 1")
    clients.build()
    assert clients.find("ko") is None
    assert "ko is not to be had: " in capsys.readouterr().out


def test_a_build_that_takes_too_long_is_told(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(clients, "LIMIT_S", 0.1)
    go(tmp_path, "exec /bin/sleep 30")
    clients.build()
    assert "ko is not to be had: " in capsys.readouterr().out
