"""Layers, honest and hostile."""

import contextlib
import io
import os
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oakum.lab.node.errors import BadImage
from oakum.lab.node.unpack import Unpacker

Entry = tuple[str, bytes, str]


def archive(*entries: Entry) -> io.BytesIO:
    """Entries are name, kind (a tarfile type) and content or link target."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, kind, text in entries:
            member = tarfile.TarInfo(name)
            member.type = kind
            member.mode = 0o755 if kind == tarfile.DIRTYPE else 0o644
            if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
                member.linkname = text
            member.size = len(text) if kind == tarfile.REGTYPE else 0
            tar.addfile(member, io.BytesIO(text.encode()))
    buffer.seek(0)
    return buffer


def file(name: str, text: str = "x") -> Entry:
    return name, tarfile.REGTYPE, text


def folder(name: str) -> Entry:
    return name, tarfile.DIRTYPE, ""


def link(name: str, target: str) -> Entry:
    return name, tarfile.SYMTYPE, target


def hard(name: str, target: str) -> Entry:
    return name, tarfile.LNKTYPE, target


def unpacked(tmp_path: Path, *layers: tuple[Entry, ...]) -> Path:
    unpacker = Unpacker(tmp_path / "root")
    for layer in layers:
        unpacker.apply(archive(*layer))
    return tmp_path / "root"


def tree(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir() or path.is_symlink()}


def test_a_whiteout_removes_what_lower_layers_have(tmp_path: Path) -> None:
    root = unpacked(tmp_path, (file("a/one"), file("a/two"), file("b/three")), (file("a/.wh.one"), file(".wh.b")))
    assert tree(root) == {"a/two"}


def test_an_opaque_folder_keeps_only_its_own_layer(tmp_path: Path) -> None:
    root = unpacked(tmp_path, (file("a/old"), file("a/sub/old")), (file("a/new"), file("a/.wh..wh..opq"), file("a/sub/new")))
    assert tree(root) == {"a/new", "a/sub/new"}


def test_a_later_layer_replaces_files_folders_and_links(tmp_path: Path) -> None:
    root = unpacked(tmp_path, (file("a"), folder("b"), link("c", "a")), (folder("a"), file("b"), file("c", "own")))
    assert (root / "a").is_dir()
    assert (root / "b").is_file()
    assert (root / "c").read_text() == "own"
    assert not (root / "c").is_symlink()


def test_a_hard_link_is_the_same_file(tmp_path: Path) -> None:
    root = unpacked(tmp_path, (file("a", "text"), hard("b", "a")))
    assert (root / "a").stat().st_ino == (root / "b").stat().st_ino


def test_modes_are_kept_and_a_folder_without_rights_can_be_filled(tmp_path: Path) -> None:
    closed = tarfile.TarInfo("closed")
    closed.type, closed.mode = tarfile.DIRTYPE, 0o500
    inside = tarfile.TarInfo("closed/file")
    inside.mode = 0o4711
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.addfile(closed)
        tar.addfile(inside)
    buffer.seek(0)
    Unpacker(tmp_path / "root").apply(buffer)
    assert (tmp_path / "root/closed").stat().st_mode & 0o7777 == 0o500
    assert (tmp_path / "root/closed/file").stat().st_mode & 0o7777 == 0o4711


@pytest.mark.parametrize(
    "entries",
    [
        (file("../../outside/evil"),),
        (file("/outside/evil"),),
        (link("l", "../outside"), file("l/evil")),
        (link("l", "/outside"), file("l/evil")),
        (link("a", "b"), link("b", "../../outside"), file("a/evil")),
        (link("l", "../outside/victim"), file("l")),
        (link("l", "../outside"), file("l/.wh.victim")),
        (link("l", "../outside"), file("l/.wh..wh..opq")),
        (link("l", "../outside"), folder("l")),
        (file(".wh.../outside"),),
    ],
)
def test_nothing_outside_is_touched(tmp_path: Path, entries: tuple[Entry, ...]) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "victim").write_text("precious")
    unpacked(tmp_path, entries)
    assert sorted(os.listdir(tmp_path)) == ["outside", "root"]
    assert os.listdir(outside) == ["victim"]
    assert (outside / "victim").read_text() == "precious"


@pytest.mark.parametrize("target", ["../outside/victim", "/outside/victim", "l/victim"])
def test_a_hard_link_to_the_outside_is_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/victim").write_text("precious")
    with pytest.raises(BadImage, match="links"):
        unpacked(tmp_path, (link("l", "../outside"), hard("evil", target)))


def test_a_whiteout_of_a_folder_above_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadImage, match="removes"):
        unpacked(tmp_path, (file("a/.wh..."),), (file("a/.wh..."),))


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadImage, match="not a tar archive"):
        Unpacker(tmp_path / "root").apply(io.BytesIO(b"x" * 2000))


NAMES = st.lists(st.sampled_from(["a", "b", "..", ".", ".wh.a", ".wh..wh..opq", ""]), min_size=1, max_size=4).map("/".join)
ENTRIES = st.lists(
    st.tuples(NAMES, st.sampled_from([tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE]), NAMES)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ENTRIES)
def test_whatever_a_layer_holds_stays_inside(tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]) -> None:
    base = tmp_path_factory.mktemp("any")
    (base / "a").write_text("precious")
    with contextlib.suppress(BadImage, OSError):
        Unpacker(base / "root").apply(archive(*entries))
    assert sorted(os.listdir(base)) == ["a", "root"]
    assert (base / "a").read_text() == "precious"
