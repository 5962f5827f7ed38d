from __future__ import annotations

from pathlib import Path

import pytest

from oakum.images.context import content_hash, walk


def _write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)


def _names(root: Path, *ignored: str) -> list[str]:
    return [entry.name for entry in walk(root, ignored) if not entry.is_folder]


@pytest.mark.parametrize(
    ("patterns", "kept"),
    [
        (["*.log"], ["a.txt", "d/b.log", "d/e/c.txt"]),
        (["**/*.log"], ["a.txt", "d/e/c.txt"]),
        (["d"], ["a.txt", "x.log"]),
        (["/d/e/"], ["a.txt", "d/b.log", "x.log"]),
        (["d", "!d/e/c.txt"], ["a.txt", "d/e/c.txt", "x.log"]),
        (["?.txt"], ["d/b.log", "d/e/c.txt", "x.log"]),
        (["[ab].txt"], ["d/b.log", "d/e/c.txt", "x.log"]),
        (["**"], []),
    ],
)
def test_ignored_patterns_are_dockers(tmp_path: Path, patterns: list[str], kept: list[str]) -> None:
    _write(tmp_path, "a.txt", "x.log", "d/b.log", "d/e/c.txt")
    assert sorted(_names(tmp_path, *patterns)) == kept


def test_the_ignore_file_is_read_and_git_left_out(tmp_path: Path) -> None:
    _write(tmp_path, "a", "b", ".git/config")
    (tmp_path / ".dockerignore").write_text("# note\n\nb\n")
    assert [entry.name for entry in walk(tmp_path)] == [".dockerignore", "a"]


def test_the_hash_follows_content_names_modes_and_links_but_not_times(tmp_path: Path) -> None:
    _write(tmp_path, "a", "b")
    seen = {before := content_hash(tmp_path)}
    (tmp_path / "a").touch()
    assert content_hash(tmp_path) == before
    (tmp_path / "a").chmod(0o755)
    seen.add(content_hash(tmp_path))
    (tmp_path / "a").chmod(0o750)
    seen.add(content_hash(tmp_path))
    (tmp_path / "l").symlink_to("a")
    seen.add(content_hash(tmp_path))
    (tmp_path / "b").rename(tmp_path / "c")
    seen.add(content_hash(tmp_path))
    assert len(seen) == 5
