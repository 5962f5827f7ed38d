import stat
from pathlib import Path

import pytest

from oakum.template.workspace.directory import empty_directory, write_files
from oakum.template.workspace.errors import OutputError


def test_files_are_written_for_their_owner_only_and_named(tmp_path: Path) -> None:
    said: list[str] = []
    write_files(f"{tmp_path}/out", [("a/b.yml", "x\n"), ("c.txt", "\udcff")], said.append)
    assert said == [f"creating: {tmp_path}/out/a/b.yml", f"creating: {tmp_path}/out/c.txt"]
    assert (tmp_path / "out/c.txt").read_bytes() == b"\xff"
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("out", "out/a", "out/a/b.yml")} == {0o700}


def test_two_files_of_one_path_are_refused_before_the_directory_is_emptied(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/old").touch()
    with pytest.raises(OutputError, match=r"^Multiple files have same output destination paths: b\.yml$"):
        write_files(f"{tmp_path}/out", [("b.yml", "1"), ("b.yml", "2")], print, emptied=True)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["old"]


def test_the_later_of_two_files_of_one_path_stays(tmp_path: Path) -> None:
    write_files(f"{tmp_path}/out", [("b.yml", "1"), ("/b.yml", "2")], print)
    assert (tmp_path / "out/b.yml").read_text() == "2"


def test_what_is_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"^mkdir .*/file: not a directory$"):
        write_files(f"{tmp_path}/file/below", [], print)
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(OutputError, match=r"^mkdir .*/dangling: file exists$"):
        write_files(f"{tmp_path}/dangling", [], print)
    (tmp_path / "a.yml").mkdir()
    with pytest.raises(OutputError, match=r"^open .*/a\.yml: is a directory$"):
        write_files(str(tmp_path), [("a.yml", "")], print)


def test_a_file_or_a_link_gives_way_to_an_emptied_directory(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "target/kept").touch()
    (tmp_path / "link").symlink_to("target")
    (tmp_path / "file").touch()
    for name in ("link", "file"):
        write_files(f"{tmp_path}/{name}", [("a.yml", "")], print, emptied=True)
        assert [path.name for path in (tmp_path / name).iterdir()] == ["a.yml"]
    assert (tmp_path / "target/kept").exists()


@pytest.mark.parametrize("path", ["../x.yml", "a/../../x.yml", "/../x.yml"])
def test_no_file_leaves_the_directory(tmp_path: Path, path: str) -> None:
    with pytest.raises(OutputError, match="to be inside the output directory"):
        write_files(str(tmp_path), [(path, "")], print)


def test_emptying_removes_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "out/old").mkdir(parents=True)
    empty_directory(f"{tmp_path}/out")
    empty_directory(f"{tmp_path}/out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["/", ".", "./", ""])
def test_directories_that_nobody_means_are_not_emptied(path: str) -> None:
    with pytest.raises(OutputError, match=r"Expected output directory path to not be one of '/', '\.', '\./', ''"):
        empty_directory(path)


def test_nothing_is_deleted_at_a_way_up(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    with pytest.raises(OutputError, match=r"^unlinkat .*/kept/\.\.: directory not empty$"):
        empty_directory(f"{tmp_path}/kept/..")
    assert (tmp_path / "kept").is_dir()
