"""Tarballs and copies, through the command's own parts, against registries of the lab's."""
from __future__ import annotations

import errno
import os
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.registry.conftest import Host, connect
from tests.registry.faults import front

from oakum.images.bundle import collect, tarball, transfer, untar
from oakum.images.bundle.packed import Packed, PackedImage, dump, load
from oakum.images.config import Config, ImageRef, Override
from oakum.images.errors import ConfigError
from oakum.images.log import ListLog
from oakum.registry import manifests
from oakum.registry.blobs import BlobSource, RemoteBlob
from oakum.registry.descriptor import Descriptor
from oakum.registry.errors import BadReference
from oakum.registry.reference import parse, parse_digest

SILENT = ListLog()


def _packed(registry: Host) -> list[Packed]:
    children = {f"linux/{name}": registry.push_image(f"app:{name}", name.encode()) for name in ("amd64", "arm64")}
    index = registry.push_index("app:all", children)
    single = registry.push_image("tool:1", os.urandom(5000))
    refs = [f"{registry.address}/app@{index.digest}", f"{registry.address}/tool@{single.digest}"]
    return collect.collect(registry.transport, refs, SILENT, "package")


def _write(registry: Host, path: Path, entries: list[Packed], workers: int = 2) -> None:
    def blob(digest: str) -> BlobSource:
        for entry in entries:
            for image in entry.images():
                for layer in image.stored_layers():
                    if layer.digest == digest:
                        return RemoteBlob(registry.transport, parse_digest(image.refs[0]).repository, layer)
        raise AssertionError(digest)

    tarball.write(str(path), entries, blob, SILENT, "package", workers)


def _import(registry: Host, tar: untar.Tarball, name: str) -> dict[str, str]:
    def layer(_: PackedImage, wanted: Descriptor) -> BlobSource:
        return tar.blob(wanted.digest, wanted.size)

    target = transfer.target(f"{registry.address}/{name}")
    return transfer.Importer(registry.transport, target, layer, SILENT, "unpackage", 2).all(tar.entries)


def test_a_tarball_is_the_same_for_any_number_of_workers_and_tar_reads_it(registry: Host, tmp_path: Path) -> None:
    entries = _packed(registry)
    for workers in (1, 5):
        _write(registry, tmp_path / str(workers), entries, workers)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "5").read_bytes()
    with tarfile.open(tmp_path / "1") as tar:
        names = tar.getnames()
    assert names[0] == "manifest.json"
    assert names[1:] == sorted(names[1:])


def test_what_was_packed_arrives_elsewhere_with_its_digests(registry: Host, tmp_path: Path) -> None:
    entries = _packed(registry)
    _write(registry, tmp_path / "tar", entries)
    imported = _import(registry, untar.Tarball(str(tmp_path / "tar")), "moved/here")
    for old, new in imported.items():
        assert manifests.get(registry.transport, parse(new)).raw == manifests.get(registry.transport, parse(old)).raw
    digest = entries[0].manifest.digest
    tagged = parse(f"{registry.address}/moved/here:kbld-{digest.replace(':', '-')}")
    assert manifests.resolve(registry.transport, tagged).digest == digest


def test_the_manifest_survives_its_text(registry: Host) -> None:
    entries = _packed(registry)
    assert load(dump(entries)) == entries


def test_a_tag_beside_a_digest_is_no_other_image() -> None:
    digest = "sha256:" + "a" * 64
    imported = {f"r.io/app@{digest}": f"n.io/x@{digest}"}
    assert transfer.rename([f"r.io/app:1@{digest}"], imported) == {f"r.io/app:1@{digest}": f"n.io/x@{digest}"}
    with pytest.raises(ConfigError, match="^\n- Expected to find image for 'r.io/other'$"):
        transfer.rename(["r.io/other"], imported)


def test_a_tag_beside_a_digest_is_packed_and_forgotten_on_import(registry: Host, tmp_path: Path) -> None:
    name = f"{registry.address}/app:1@{registry.push_image('app:1').digest}"
    log = ListLog()
    entries = collect.collect(registry.transport, collect.references([name], Config()), log, "package")
    assert f"package | will export {name}" in log.lines
    assert entries[0].refs == (name,)
    _write(registry, tmp_path / "tar", entries)
    imported = _import(registry, untar.Tarball(str(tmp_path / "tar")), "moved")
    assert list(imported) == [name.replace(":1@", "@")]


def test_short_names_are_refused_when_they_are_taken(registry: Host) -> None:
    refs, log = collect.references(["app@sha256:" + "a" * 64], Config()), ListLog()
    with pytest.raises(BadReference, match="^strict validation requires the registry to be explicitly defined$"):
        collect.collect(registry.transport, refs, log, "package")
    assert log.lines == ["package | exporting 1 images...", "package | exported 1 images"]


def test_only_digests_are_packed() -> None:
    config = Config(overrides=(Override(ImageRef("x"), "r.io/yy@sha256:" + "b" * 64, preresolved=True),))
    assert collect.references([], config) == ["r.io/yy@sha256:" + "b" * 64]
    for name in ("r.io/app", "r.io/App@sha256:" + "a" * 64):
        with pytest.raises(ConfigError) as caught:
            collect.references(["zz", name], Config())
        assert str(caught.value) == f"Expected image '{name}' to be in digest form (i.e. image@digest)"


def test_a_missing_image_is_named(registry: Host) -> None:
    ref = f"{registry.address}/app@sha256:" + "a" * 64
    with pytest.raises(ConfigError, match=f"^Collecting packaging metadata: Working with {ref}: Encountered an error"):
        collect.collect(registry.transport, [ref], SILENT, "package")


def test_an_import_that_fails_has_the_log_of_one_that_does_not(registry: Host) -> None:
    entries, log = _packed(registry)[1:], ListLog()

    def layer(image: PackedImage, wanted: Descriptor) -> BlobSource:
        return RemoteBlob(registry.transport, parse_digest(image.refs[0]).repository, wanted)

    with front(registry.address) as locked:
        locked.order(match="moved", status=403, times=99)
        target = transfer.target(f"{locked.address}/moved")
        importer = transfer.Importer(connect(), target, layer, log, "relocate", 1)
        with pytest.raises(ConfigError, match="^Importing image .*: Importing image as .*: Writing image: Retried 5 times:"):
            importer.all(entries)
    assert [line.split(" 1 ")[0] for line in log.lines[::2]] == ["relocate | importing", "relocate | imported"]


def test_nothing_is_left_of_a_tarball_that_failed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"^Creating file '{tmp_path}/no/x.tar': open {tmp_path}/no/x.tar: no such file"):
        tarball.write(f"{tmp_path}/no/x.tar", [], dict[str, BlobSource]().__getitem__, SILENT, "package", 1)


def test_a_disk_that_fills_up_is_told_with_the_tarball(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    path = f"{tmp_path}/x.tar"
    with pytest.raises(ConfigError, match=f"^Writing file '{path}': write {path}: no space left on device$"):
        tarball.write(path, [], dict[str, BlobSource]().__getitem__, SILENT, "package", 1)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_tarball(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"^Creating file '{tmp_path}': open {tmp_path}: is a directory$"):
        tarball.write(str(tmp_path), [], dict[str, BlobSource]().__getitem__, SILENT, "package", 1)
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_or_device_is_no_tarball_and_stays_what_it_is(tmp_path: Path) -> None:
    """Root could put a file in the place of /dev/null."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(ConfigError, match=f"^Creating file '{pipe}': open {pipe}: not a regular file$"):
        tarball.write(str(pipe), [], dict[str, BlobSource]().__getitem__, SILENT, "package", 1)
    assert list(tmp_path.iterdir()) == [pipe]
    assert pipe.is_fifo()


def test_where_a_link_leads_the_tarball_is_written(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("to.tar")
    tarball.write(str(tmp_path / "link"), [], dict[str, BlobSource]().__getitem__, SILENT, "package", 1)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "to.tar").stat().st_size > 0


def _tar(path: Path, *entries: tuple[bytes, bytes]) -> str:
    blocks = [header + content + b"\0" * (-len(content) % 512) for header, content in entries]
    path.write_bytes(b"".join(blocks) + b"\0" * 1024)
    return str(path)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "sha256-abc.tar.gz", "x"])
def test_names_that_kbld_never_writes_are_refused(tmp_path: Path, name: str) -> None:
    path = _tar(tmp_path / "t", (tarball.header("manifest.json", 4), b"null"), (tarball.header(name, 1), b"x"))
    with pytest.raises(ConfigError, match="refused$"):
        untar.Tarball(path)


def test_a_size_beyond_the_file_is_refused(tmp_path: Path) -> None:
    path = _tar(tmp_path / "t", (tarball.header("manifest.json", 10**9), b"null"))
    with pytest.raises(ConfigError, match="^unexpected EOF$"):
        untar.Tarball(path)


def test_a_link_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("manifest.json")
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    (tmp_path / "t").write_bytes(info.tobuf(tarfile.USTAR_FORMAT) + bytes(1024))
    with pytest.raises(ConfigError, match="refused$"):
        untar.Tarball(str(tmp_path / "t"))


def test_a_changed_manifest_is_refused(registry: Host, tmp_path: Path) -> None:
    changed = dump(_packed(registry)).replace(b"linux", b"minix")
    path = _tar(tmp_path / "t", (tarball.header("manifest.json", len(changed)), changed))
    with pytest.raises(ConfigError, match="has another digest"):
        untar.Tarball(path)


def test_a_layer_that_is_missing_is_named(registry: Host, tmp_path: Path) -> None:
    text = dump(_packed(registry))
    tar = untar.Tarball(_tar(tmp_path / "t", (tarball.header("manifest.json", len(text)), text)))
    with pytest.raises(ConfigError, match="is missing in tarball"):
        _import(registry, tar, "moved")


@given(st.binary(max_size=1500) | st.binary(min_size=512, max_size=512).map(lambda raw: tarball.header("manifest.json", 4) + raw))
def test_any_bytes_are_a_tarball_or_refused(tmp_path_factory, raw: bytes) -> None:  # type: ignore[no-untyped-def]  # a pytest fixture
    path = tmp_path_factory.mktemp("tar") / "t"
    path.write_bytes(raw)
    try:
        untar.Tarball(str(path))
    except ConfigError:
        return
