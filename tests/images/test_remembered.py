from __future__ import annotations

from pathlib import Path

import pytest

from oakum.images import remembered


def test_what_is_written_is_read_back_and_nothing_else_is_left(tmp_path: Path) -> None:
    remembered.write(tmp_path / "a" / "b", {"url": "x"})
    assert remembered.read(tmp_path / "a" / "b") == {"url": "x"}
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", None])
def test_a_file_that_holds_something_else_says_nothing(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "f").write_bytes(content)
    assert remembered.read(tmp_path / "f") == {}


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    remembered.write(tmp_path / "file" / "below", {})
