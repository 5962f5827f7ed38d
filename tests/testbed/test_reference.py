"""The reference ytt is found where it is installed or was built, and asked for in words where it can't be."""
from pathlib import Path

import pytest
from testbed import reference
from testbed.process import Failed


@pytest.fixture(autouse=True)
def empty(monkeypatch, tmp_path):
    """No programs on the PATH, nothing built."""
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv("OAKUM_TESTBED_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("sys.executable", str(tmp_path / "bin/python"))


def program(path, text="#!/bin/sh\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def test_nothing_is_found_where_nothing_is():
    assert reference.find() is None


def test_what_is_on_the_path_is_taken_before_what_was_built(tmp_path):
    built = program(tmp_path / "cache/ytt-v0.49.0/ytt-go")
    assert reference.find() == built
    assert reference.build() == built
    assert reference.find("ytt-go-new") is None
    assert program(tmp_path / "path/ytt-go") == reference.find()


def test_without_go_it_is_said_what_is_missing():
    with pytest.raises(Failed, match="built by go, which is neither on the PATH"):
        reference.build()


def test_go_builds_each_release_from_its_own_requirements(tmp_path):
    program(tmp_path / "path/go", '#!/bin/sh\nwhile [ "$1" != -o ]; do last=$1; shift; done\necho "#$last" > "$2"\n/bin/chmod +x "$2"\n')
    built = reference.build("ytt-go-new")
    assert built == str(tmp_path / "cache/ytt-v0.52.0/ytt-go-new")
    assert Path(built).read_text() == "#-modfile=newest.mod\n"
    assert not list(tmp_path.glob("cache/*/*.partial"))


def test_what_go_says_when_it_fails_is_told(tmp_path):
    program(tmp_path / "path/go", "#!/bin/sh\necho no such module >&2\nexit 1\n")
    with pytest.raises(Failed, match="no such module"):
        reference.build()
    assert reference.find() is None
