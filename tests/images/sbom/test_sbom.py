from __future__ import annotations

import io
import json
import subprocess
import tarfile
from pathlib import Path

import pytest
from tests.images.conftest import Resolve, config
from tests.registry.conftest import Host

from oakum.images.builders.gosource import toolchain
from oakum.images.errors import ConfigError
from oakum.images.sbom import attach, contents, documents
from oakum.images.sbom.buildinfo import Package, modules
from oakum.registry import blobs, manifests
from oakum.registry.referrers import referrers

PACKAGES = [Package("example.org/x", "", "pkg:golang/example.org/x"), Package("hello", "1.0", "pkg:pypi/hello@1.0")]


def _layer(name: str, content: bytes, mode: int = 0o755) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(content), mode
        tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def test_a_go_program_names_its_toolchain_and_module(tmp_path: Path) -> None:
    found = toolchain()
    assert found is not None
    (tmp_path / "go.mod").write_text("module example.org/hello\n\ngo 1.18\n")
    (tmp_path / "main.go").write_text("package main\n\nfunc main() {}\n")
    subprocess.run([found[0], "build", "-ldflags=-s -w", "-o", "app", "."], cwd=tmp_path, check=True)
    with (tmp_path / "app").open("rb") as file:
        stdlib, own = modules(file)
    assert (stdlib.name, own.purl) == ("stdlib", "pkg:golang/example.org/hello")
    assert stdlib.version[0].isdigit()


def test_a_replaced_module_is_the_replacement() -> None:
    text = b"m" * 16 + b"mod\ta\t(devel)\t\ndep\tb\tv1.0.0\th1:x=\ndep\tc\tv2\n=>\td\tv3\th1:y=\n" + b"n" * 16
    info = b"\xff Go buildinf:" + b"\x08\x02" + bytes(16) + b"\x08go1.22.1" + bytes([len(text)]) + text
    assert [package.purl for package in modules(io.BytesIO(b"x" * 100 + info))] == [
        "pkg:golang/stdlib@1.22.1",
        "pkg:golang/a",
        "pkg:golang/b@v1.0.0",
        "pkg:golang/d@v3",
    ]


def test_other_files_have_no_modules() -> None:
    assert modules(io.BytesIO(b"#!/bin/sh\n")) == []
    assert modules(io.BytesIO(b"\xff Go buildinf:")) == []


def test_a_python_distribution_is_found_by_its_metadata() -> None:
    layer = _layer("app/My_Pkg-1.0.dist-info/METADATA", b"Name: My_Pkg\nVersion: 1.0\n\nText: no\n", 0o644)
    assert list(contents.in_layer(io.BytesIO(layer))) == [Package("My_Pkg", "1.0", "pkg:pypi/my-pkg@1.0")]


@pytest.mark.parametrize("form", ["spdx", "cyclonedx"])
def test_a_bill_of_materials_is_attached_once(registry: Host, form: str) -> None:
    layer = _layer("x.dist-info/METADATA", b"Name: hello\nVersion: 1.0\n", 0o644)
    ref = registry.ref(f"app@{registry.push_image('app:1', layer).digest}")
    digests = {attach.attach(registry.transport, ref, form) for _ in range(2)}
    media_type, _ = documents.FORMS[form]
    (found,) = referrers(registry.transport, ref.repository, ref.digest, media_type)
    assert {found.digest} == digests
    (blob,) = manifests.get(registry.transport, ref.with_digest(found.digest)).layers()
    text = blobs.read(registry.transport, ref.repository, blob, 100_000)
    assert b"pkg:pypi/hello@1.0" in text


def test_the_forms_name_image_and_packages() -> None:
    spdx = documents.spdx("r.io/app", "sha256:1", PACKAGES)
    assert [package["name"] for package in spdx["packages"]] == ["r.io/app", "example.org/x", "hello"]
    assert len(spdx["relationships"]) == 3
    cyclonedx = documents.cyclonedx("r.io/app", "sha256:1", PACKAGES)
    assert [component["purl"] for component in cyclonedx["components"]] == [package.purl for package in PACKAGES]
    assert json.loads(documents.encode(cyclonedx)) == cyclonedx


def test_a_build_is_described_and_signed_when_asked_for(registry: Host, resolve: Resolve, work: Path) -> None:
    (work / "src").mkdir()
    (work / "src" / "page").write_text("x")
    sources = config(
        sources=[{"image": "app", "path": "src", "files": {"build": {}}}],
        destinations=[{"image": "app", "newImage": f"{registry.address}/built"}],
    )
    url = resolve({"image": "app"}, sources, sbom="spdx").resolutions["app"].url
    assert len(referrers(registry.transport, registry.ref("built").repository, url[-71:])) == 1
    with pytest.raises(ConfigError, match="one of spdx, cyclonedx, but found 'xml'"):
        resolve({"image": "app"}, sources, sbom="xml")
