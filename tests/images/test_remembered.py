from __future__ import annotations

from pathlib import Path

import pytest

from oakum.images import remembered


def test_what_is_written_is_read_back_and_nothing_else_is_left(tmp_path: Path) -> None:
    remembered.write(tmp_path / "a", "key", {"url": "x"})
    assert remembered.read(tmp_path / "a", "key")["url"] == "x"
    assert len(list((tmp_path / "a").iterdir())) == 1


def test_what_is_kept_for_another_key_under_the_same_name_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "crc32", lambda key: 1)
    remembered.write(tmp_path, "one", {"url": "x"})
    assert remembered.read(tmp_path, "two") == {}
    remembered.write(tmp_path, "two", {"url": "y"})
    assert remembered.read(tmp_path, "one") == {}
    assert remembered.read(tmp_path, "two")["url"] == "y"


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b'{"url": "x"}', None])
def test_a_file_that_holds_something_else_says_nothing(tmp_path: Path, content: bytes | None) -> None:
    remembered.write(tmp_path, "key", {"url": "x"})
    [file] = tmp_path.iterdir()
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    assert remembered.read(tmp_path, "key") == {}


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    remembered.write(tmp_path / "file" / "below", "key", {})
