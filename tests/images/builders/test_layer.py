from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from oakum.images.builders import layer
from oakum.images.builders.layer import Member
from oakum.registry.layout import Layout


def _tar(layout: Layout, made: layer.Layer) -> tarfile.TarFile:
    raw = gzip.decompress(layout.blob(made.descriptor.digest).read_bytes())
    assert "sha256:" + hashlib.sha256(raw).hexdigest() == made.diff_id
    return tarfile.open(fileobj=io.BytesIO(raw))


def test_a_layer_is_sorted_dated_and_owned_the_same_way_each_time(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    members = [Member("b/c", content=b"x", executable=True), Member("a", link="b/c"), Member("é" * 120, content=b"y")]
    made = layer.write(layout, members)
    assert layer.write(layout, reversed(members)) == made
    with _tar(layout, made) as tar:
        found = [(info.name, info.mode, info.mtime, info.uid, info.type) for info in tar]
    assert found == [
        ("a", 0o777, 0, 0, tarfile.SYMTYPE),
        ("b", 0o755, 0, 0, tarfile.DIRTYPE),
        ("b/c", 0o755, 0, 0, tarfile.REGTYPE),
        ("é" * 120, 0o644, 0, 0, tarfile.REGTYPE),
    ]


def test_what_does_not_shrink_is_stored(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "layout")
    (tmp_path / "noise").write_bytes(os.urandom(3 * layer.BLOCK + 17))
    made = layer.write(layout, [Member("noise", tmp_path / "noise"), Member("zeros", content=bytes(2 * layer.BLOCK))])
    assert made.descriptor.size < 3.1 * layer.BLOCK
    with _tar(layout, made) as tar:
        file = tar.extractfile("noise")
        assert file is not None
        assert file.read() == (tmp_path / "noise").read_bytes()


@settings(max_examples=20)
@given(st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), st.binary(max_size=2000), max_size=5))
def test_files_come_back_from_a_layer(tmp_path_factory, files: dict[str, bytes]) -> None:  # type: ignore[no-untyped-def]  # a pytest fixture
    layout = Layout(tmp_path_factory.mktemp("layout"))
    made = layer.write(layout, [Member(name, content=content) for name, content in files.items()])
    with _tar(layout, made) as tar:
        assert {info.name: tar.extractfile(info).read() for info in tar} == files  # type: ignore[union-attr]  # regular files
