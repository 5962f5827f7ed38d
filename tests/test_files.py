"""Files that a user asked for: written whole, or left as they were."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oakum import files

FULL = "ulimit -f 0; exec \"$0\" -c \"$1\" \"$2\""
"""Runs Python where no file may grow, as on a full disk."""
WRITE = "import sys; from oakum import files; files.write(sys.argv[1], b'new', 0o600)"


def on_a_full_disk(path: Path) -> str:
    """What is said of writing `path` there."""
    done = subprocess.run(["sh", "-c", FULL, sys.executable, WRITE, path], capture_output=True, text=True)
    assert done.returncode == 1
    return done.stderr.splitlines()[-1]


def test_a_file_is_made_with_its_mode(tmp_path: Path) -> None:
    files.write(str(tmp_path / "f"), b"text", 0o600)
    assert (tmp_path / "f").read_bytes() == b"text"
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("data", [b"", b"short", b"longer than before"])
def test_a_file_that_is_there_is_replaced_in_its_place(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "f").write_text("before it")
    (tmp_path / "link").symlink_to("f")
    files.write(str(tmp_path / "link"), data, 0o600)
    assert (tmp_path / "f").read_bytes() == data
    assert (tmp_path / "link").is_symlink()


def test_a_pipe_is_written_to() -> None:
    reader, writer = os.pipe()
    files.write(f"/dev/fd/{writer}", b"text", 0o600)
    assert os.read(reader, 9) == b"text"
    os.close(reader)
    os.close(writer)


def test_a_full_disk_leaves_the_old_file_and_is_named_with_it(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("a lock of yesterday")
    assert on_a_full_disk(tmp_path / "f").endswith(f"File too large: '{tmp_path}/f'")
    assert (tmp_path / "f").read_text() == "a lock of yesterday"


def test_a_full_disk_begins_no_new_file(tmp_path: Path) -> None:
    on_a_full_disk(tmp_path / "f")
    assert not (tmp_path / "f").exists()


def test_what_fails_on_the_way_to_a_device_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        files.write("/dev/full", b"text", 0o600)


@pytest.mark.parametrize("place", ["f", "new", "link", "/dev/null"])
def test_where_a_file_can_be_written_nothing_is_made_by_asking(tmp_path: Path, place: str) -> None:
    (tmp_path / "f").write_text("before")
    (tmp_path / "link").symlink_to("f")
    files.check_writable(str(tmp_path / place))
    assert sorted(os.listdir(tmp_path)) == ["f", "link"]
    assert (tmp_path / "f").read_text() == "before"


@pytest.mark.parametrize("place", ["gone/f", "f/f", "", "sealed/f", "sealed-file"])
def test_asking_whether_a_file_can_be_written_fails_as_writing_does(tmp_path: Path, place: str) -> None:
    (tmp_path / "f").write_text("before")
    (tmp_path / "sealed").mkdir(0o500)
    (tmp_path / "sealed-file").touch(0o400)
    if place.startswith("sealed") and os.geteuid() == 0:
        files.check_writable(str(tmp_path / place))
        return
    with pytest.raises(OSError, match=str(tmp_path / place)) as asked:
        files.check_writable(str(tmp_path / place))
    with pytest.raises(OSError, match=str(tmp_path / place)) as written:
        files.write(str(tmp_path / place), b"text", 0o600)
    assert str(asked.value) == str(written.value)
