import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest

from oakum.errors import LabError
from oakum.lab.load import load_image
from oakum.lab.registry import Storage

from .node.conftest import layer, write_layout


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path / "registry", sync=False)


def test_a_layout_is_loaded_under_the_name_it_states_or_is_given(tmp_path: Path, storage: Storage) -> None:
    write_layout(tmp_path / "layout", [layer({"a": b"x"})], name="docker.io/library/app:v1")
    assert load_image(storage, tmp_path / "layout") == ["library/app:v1"]
    assert load_image(storage, tmp_path / "layout", "other/name") == ["other/name:latest"]
    assert storage.repositories["library/app"].tagged("v1") == storage.repositories["other/name"].tagged("latest")


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("busybox", "docker.io/library/busybox"),
        ("hashicorp/http-echo:latest", "docker.io/hashicorp/http-echo"),
        ("127.0.0.1:5000/library/app:latest", "127.0.0.1_5000/library/app"),
        ("quay.io/team/app:latest", "quay.io/team/app"),
    ],
)
def test_an_image_is_there_under_its_whole_name_too(tmp_path: Path, storage: Storage, name: str, place: str) -> None:
    write_layout(tmp_path / "layout", [layer({"a": b"x"})], name=name)
    (loaded,) = load_image(storage, tmp_path / "layout")
    assert storage.repositories[place].tagged("latest") == storage.repositories[loaded.removesuffix(":latest")].tagged("latest")
    assert [*storage.repositories[place].blobs()]


def test_what_docker_saves_is_loaded(tmp_path: Path, storage: Storage) -> None:
    members = {"config.json": b"{}", "one/layer.tar": gzip.decompress(layer({"a": b"x"}))}
    manifest = [{"Config": "config.json", "RepoTags": ["app:v1"], "Layers": ["one/layer.tar"]}]
    with tarfile.open(tmp_path / "saved.tar", "w") as archive:
        for name, content in {**members, "manifest.json": json.dumps(manifest).encode()}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    assert load_image(storage, tmp_path / "saved.tar") == ["app:v1"]
    assert storage.repositories["app"].tagged("v1")


def test_content_that_is_not_what_its_name_says_is_refused(tmp_path: Path, storage: Storage) -> None:
    write_layout(tmp_path / "layout", [layer({"a": b"x"})])
    largest = max((tmp_path / "layout/blobs/sha256").iterdir(), key=lambda path: path.stat().st_size)
    largest.write_bytes(largest.read_bytes()[:-1])
    with pytest.raises(LabError, match="other content than its name says"):
        load_image(storage, tmp_path / "layout")


def test_an_image_without_a_usable_name_needs_one(tmp_path: Path, storage: Storage) -> None:
    write_layout(tmp_path / "layout", [layer({"a": b"x"})], name="")
    with pytest.raises(LabError, match="give one, as repository:tag"):
        load_image(storage, tmp_path / "layout")


def test_a_file_that_is_no_image_is_refused(tmp_path: Path, storage: Storage) -> None:
    (tmp_path / "text").write_text("no image")
    with pytest.raises(LabError, match="neither an OCI image layout nor"):
        load_image(storage, tmp_path / "text")
