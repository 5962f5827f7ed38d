from __future__ import annotations

import os
from pathlib import Path

import pytest

from oakum.images import context, hashes
from oakum.images.hashes import FolderHashes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a").write_text("one")
    return tmp_path / "src"


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    read: list[Path] = []
    real = context.content_hash

    def count(root: Path) -> str:
        read.append(root)
        return real(root)

    monkeypatch.setattr(context, "content_hash", count)
    return read


def test_a_folder_that_rests_is_read_once(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashes, "_GRAIN_NS", 0)
    read = _counted(monkeypatch)
    found = {FolderHashes(tmp_path / "store").of(folder) for _ in range(3)}
    assert (len(found), len(read)) == (1, 1)


def test_a_folder_that_was_touched_a_moment_ago_is_read_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = _counted(monkeypatch)
    for _ in range(2):
        FolderHashes(tmp_path / "store").of(folder)
    assert len(read) == 2


def test_a_change_of_the_same_size_and_time_is_seen(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashes, "_GRAIN_NS", 0)
    before = FolderHashes(tmp_path / "store").of(folder)
    times = (folder / "a").stat()
    (folder / "a").write_text("two")
    os.utime(folder / "a", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert FolderHashes(tmp_path / "store").of(folder) != before


def test_a_store_that_is_damaged_or_missing_is_no_error(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    first = FolderHashes(store).of(folder)
    for file in store.iterdir():
        file.write_text("{")
    assert FolderHashes(store).of(folder) == first
    assert FolderHashes(Path("/proc/nowhere")).of(folder) == first
