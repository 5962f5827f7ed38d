"""What is kept between runs: written whole, told apart by version, and not for ever."""
import os
import time
from pathlib import Path

import pytest

import oakum
from oakum import cache


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of three files, one of them in a folder of a room."""
    for name in ("yaml/a.py", "yaml/below/b.py", "cli/c.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1\n")
    monkeypatch.setattr(cache, "__file__", str(tmp_path / "cache.py"))
    return tmp_path


@pytest.fixture
def aged(tmp_path: Path) -> Path:
    """A folder of three entries that were asked for now, yesterday, and the day before."""
    folder = tmp_path / "aged"
    folder.mkdir()
    for days in range(3):
        (folder / f"{days}").write_bytes(b"x" * 100)
        os.utime(folder / f"{days}", (then := time.time() - days * 24 * 3600, then))
    return folder


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_change_anywhere_in_a_room_makes_another_version(sources: Path) -> None:
    before = cache.version("yaml"), cache.version("cli"), cache.version()
    (sources / "yaml/below/b.py").write_text("12\n")
    after = cache.version("yaml"), cache.version("cli"), cache.version()
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, True, False]


def test_the_version_of_all_takes_in_this_package() -> None:
    assert cache.version() != cache.version("yaml") == cache.version("yaml")
    assert os.path.dirname(cache.__file__) == os.path.dirname(oakum.__file__)


def test_the_folder_is_that_of_the_environment() -> None:
    assert cache.folder({"XDG_CACHE_HOME": "/c", "HOME": "/h"}, "x") == "/c/oakum/x"
    assert cache.folder({"HOME": "/h"}, "x") == "/h/.cache/oakum/x"


def test_an_entry_is_its_owners_alone_and_nothing_else_is_left(aged: Path) -> None:
    cache.write(str(aged / "a"), b"1")
    cache.write(str(aged / "a"), b"2")
    assert (aged / "a").read_bytes() == b"2"
    assert (aged / "a").stat().st_mode & 0o777 == 0o600
    assert names(aged) == {"a", "0", "1", "2"}


def test_what_nobody_asked_for_in_a_month_is_removed(aged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "AGE_S", 36 * 3600)
    cache.write(str(aged / "new"), b"1")
    assert names(aged) == {"new", "0", "1"}


def test_of_too_much_the_oldest_is_removed(aged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_BYTES", 250)
    cache.used(str(aged / "2"))
    cache.write(str(aged / "new"), b"1")
    assert names(aged) == {"new", "0", "2"}


def test_a_folder_is_tidied_once_a_day(aged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.write(str(aged / "new"), b"1")
    monkeypatch.setattr(cache, "MOST_BYTES", 1)
    cache.write(str(aged / "new"), b"1")
    assert names(aged) == {"new", "0", "1", "2"}


def test_a_folder_within_is_left_alone(aged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (aged / "layout").mkdir()
    monkeypatch.setattr(cache, "MOST_BYTES", 0)
    cache.tidy(str(aged))
    assert names(aged) == {"layout"}
