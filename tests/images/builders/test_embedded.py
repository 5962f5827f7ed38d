"""Builders that need no daemon, pushed to a registry and read back."""
from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest
from tests.images.builders.conftest import Programs
from tests.images.conftest import Resolve, config
from tests.registry.conftest import Host

from oakum.images.builders import layer
from oakum.images.errors import ResolveErrors
from oakum.images.log import ListLog
from oakum.registry import blobs, manifests
from oakum.registry.reference import parse

MAIN = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n'
DOCKERFILE = """
FROM golang:1.22 AS build
COPY . .
RUN go build -o /out/app .
FROM scratch
COPY static /www
COPY --from=build /out/app /srv/app
EXPOSE 8080
USER 65534
WORKDIR /srv
ENTRYPOINT ["./app", "-v"]
"""


def _project(folder: Path, name: str = "src", **files: str) -> None:
    for path, text in {"app.go": MAIN, "go.mod": "module example.org/hello\n\ngo 1.18\n", **files}.items():
        (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / name / path).write_text(text)


def _sourced(registry: Host, **source: Any) -> dict[str, Any]:
    return config(
        sources=[{"image": "app", "path": "src", **source}],
        destinations=[{"image": "app", "newImage": f"{registry.address}/built/app", "tags": ["v1"]}],
    )


def _config(registry: Host, url: str) -> tuple[dict[str, Any], list[tarfile.TarInfo]]:
    ref = parse(url)
    manifest = manifests.get(registry.transport, ref)
    config_ = json.loads(blobs.read(registry.transport, ref.repository, manifest.config(), 10_000))
    layer = blobs.read(registry.transport, ref.repository, manifest.layers()[-1], 100_000_000)
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(layer))) as tar:
        return config_, tar.getmembers()


def test_a_go_program_becomes_an_image_that_starts_as_its_dockerfile_says(
    registry: Host, resolve: Resolve, log: ListLog, work: Path
) -> None:
    _project(work, Dockerfile=DOCKERFILE, **{"static/index.html": "hi"})
    found = resolve({"image": "app"}, _sourced(registry))
    url = found.resolutions["app"].url
    started, members = _config(registry, url)
    assert started["config"] == {
        "Entrypoint": ["/srv/app", "-v"],
        "ExposedPorts": {"8080/tcp": {}},
        "User": "65534",
        "WorkingDir": "/srv",
    }
    assert [member.name for member in members] == ["srv", "srv/app", "www", "www/index.html"]
    assert manifests.resolve(registry.transport, parse(f"{registry.address}/built/app:v1")).digest == url[-71:]
    assert [next(iter(origin)) for origin in found.resolutions["app"].origins] == ["local", "tagged"]
    assert log.lines[0].startswith("app | starting build (using embedded Go builder): src -> kbld:rand-")
    assert f"{registry.address}/built/app | finished push (using registry API)" in log.lines


def test_the_same_sources_give_the_same_digest_and_are_built_once(
    registry: Host, resolve: Resolve, log: ListLog, work: Path
) -> None:
    _project(work)
    first = resolve({"image": "app"}, _sourced(registry), build_cache=False).resolutions["app"]
    assert resolve({"image": "app"}, _sourced(registry)).resolutions["app"] == first
    log.lines.clear()
    assert resolve({"image": "app"}, _sourced(registry)).resolutions["app"] == first
    assert log.lines == [f"app | unchanged since it was last built: src -> {first.url}"]
    (work / "src" / "app.go").write_text(MAIN.replace("hello", "bye"))
    assert resolve({"image": "app"}, _sourced(registry)).resolutions["app"] != first


def test_a_main_package_below_cmd_is_found(registry: Host, resolve: Resolve, work: Path) -> None:
    (work / "src" / "cmd" / "tool").mkdir(parents=True)
    (work / "src" / "go.mod").write_text("module example.org/x\n\ngo 1.18\n")
    (work / "src" / "cmd" / "tool" / "main.go").write_text(MAIN)
    started, _ = _config(registry, resolve({"image": "app"}, _sourced(registry)).resolutions["app"].url)
    assert started["config"] == {"Entrypoint": ["/tool"]}


def test_a_program_that_does_not_compile_is_an_error_with_the_compilers_words(
    registry: Host, resolve: Resolve, log: ListLog, work: Path
) -> None:
    _project(work, **{"app.go": "package main\n\nfunc main() { nope() }\n"})
    with pytest.raises(ResolveErrors, match="Resolving image 'app': exit status 1"):
        resolve({"image": "app"}, _sourced(registry))
    assert any("undefined: nope" in line for line in log.lines)


def test_without_docker_and_without_go_both_are_named(
    registry: Host, resolve: Resolve, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _project(work)
    monkeypatch.setattr("oakum.images.builders.gosource.toolchain", lambda: None)
    with pytest.raises(ResolveErrors, match=r"no Docker engine answers, and there is no 'go' .*pip install 'oakum\[go\]'"):
        resolve({"image": "app"}, _sourced(registry))


@pytest.mark.parametrize(("variables", "own"), [
    ({"HOME": ""}, False), ({"HOME": "/dev/null"}, False), ({"XDG_CACHE_HOME": "here"}, False), ({"GOCACHE": "/x"}, True),
    ({}, True),
])  # fmt: skip
def test_go_keeps_what_it_compiles_with_the_binary_where_it_has_no_place_of_its_own(
    resolve: Resolve, log: ListLog, work: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str], own: bool
) -> None:
    _project(work)
    programs.add("go", 'echo "cache=$GOCACHE"\nwhile [ "$1" != -o ]; do shift; done\necho binary > "$2"')
    for name, value in {"HOME": str(work), "XDG_CACHE_HOME": "", "GOCACHE": "", **variables}.items():
        monkeypatch.setenv(name, value)
    resolve({"image": "app"}, config(sources=[{"image": "app", "path": "src"}]))
    told, = (line for line in log.lines if "cache=" in line)
    assert told.endswith(f"cache={variables.get('GOCACHE', '')}") is own
    assert ("/oakum-go-" in told) is not own


def test_files_are_laid_onto_a_base_for_several_platforms(registry: Host, resolve: Resolve, work: Path) -> None:
    children = {f"linux/{name}": registry.push_image(f"base:{name}", name.encode()) for name in ("amd64", "arm64")}
    registry.push_index("base:1", children)
    (work / "src").mkdir()
    (work / "src" / "page.html").write_text("hi")
    options = {
        "base": f"{registry.address}/base:1",
        "into": "/www",
        "command": ["serve"],
        "platforms": ["linux/amd64", "linux/arm64"],
    }
    url = resolve({"image": "app"}, _sourced(registry, files={"build": options})).resolutions["app"].url
    index = manifests.get(registry.transport, parse(url))
    assert [child.platform for child in index.children()] == [
        {"architecture": "amd64", "os": "linux"},
        {"architecture": "arm64", "os": "linux"},
    ]
    child = str(parse(url).with_digest(index.children()[1].digest))
    started, members = _config(registry, child)
    assert started["config"] == {"Cmd": ["serve"]}
    assert len(started["rootfs"]["diff_ids"]) == 2
    assert [member.name for member in members] == ["www", "www/page.html"]


def test_a_changed_base_is_built_upon_again(registry: Host, resolve: Resolve, work: Path) -> None:
    (work / "src").mkdir()
    (work / "src" / "page.html").write_text("hi")
    sources = _sourced(registry, files={"build": {"base": f"{registry.address}/base:1"}})
    registry.push_image("base:1", b"one")
    first = resolve({"image": "app"}, sources).resolutions["app"]
    registry.push_image("base:1", b"two")
    assert resolve({"image": "app"}, sources).resolutions["app"] != first


BACKEND = """
import os, zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "hello-1.0-py3-none-any.whl"
    info = "hello-1.0.dist-info"
    files = {
        "hello.py": "def main(): print('hello')",
        f"{info}/METADATA": "Metadata-Version: 2.1\\nName: hello\\nVersion: 1.0\\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        f"{info}/entry_points.txt": "[console_scripts]\\nhello = hello:main\\n",
    }
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
        wheel.writestr(f"{info}/RECORD", "".join(f"{path},,\\n" for path in [*files, f"{info}/RECORD"]))
    return name
"""


def test_a_python_package_is_installed_onto_its_base(registry: Host, resolve: Resolve, work: Path) -> None:
    registry.push_image("python:3", b"base")
    (work / "src").mkdir()
    (work / "src" / "backend.py").write_text(BACKEND)
    (work / "src" / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "hello"\nversion = "1.0"\n'
    )
    sources = _sourced(registry, python={"build": {"base": f"{registry.address}/python:3"}})
    first = resolve({"image": "app"}, sources, build_cache=False).resolutions["app"]
    started, members = _config(registry, first.url)
    assert started["config"]["Entrypoint"][-1] == "import sys; from hello import main; sys.exit(main())"
    assert "app/hello.py" in [member.name for member in members]
    assert resolve({"image": "app"}, sources, build_cache=False).resolutions["app"] == first


def test_a_bad_tag_is_refused_before_anything_is_built(registry: Host, resolve: Resolve, log: ListLog) -> None:
    sources = _sourced(registry)
    sources["destinations"][0]["tags"] = ["bad tag"]
    with pytest.raises(ResolveErrors, match="tag can only contain the characters"):
        resolve({"image": "app"}, sources)
    assert log.lines == []


def test_a_local_result_keeps_a_name_of_its_own(resolve: Resolve, work: Path) -> None:
    _project(work)
    found = resolve({"image": "app"}, config(sources=[{"image": "app", "path": "src"}]))
    assert found.documents[0]["image"].startswith("kbld:app-sha256-")


@pytest.mark.parametrize("place", ["a file", "a folder that is read", "a name that is refused"])
def test_where_images_cannot_be_kept_it_is_said_what_to_do(
    registry: Host, resolve: Resolve, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (work / "src").mkdir()
    if place == "a file":
        (tmp_path / "cache").write_text("")
    elif place == "a name that is refused":
        (tmp_path / "cache").symlink_to("x" * 300)
    else:
        monkeypatch.setattr(os, "access", lambda *_: False)  # root, too, may run this test
    with pytest.raises(ResolveErrors, match=r"Making the folder for built images '.*': .* XDG_CACHE_HOME"):
        resolve({"image": "app"}, _sourced(registry, files={"build": {}}))


def test_a_full_disk_is_told_with_the_folder_that_is_on_it(
    registry: Host, resolve: Resolve, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(ENOSPC, os.strerror(ENOSPC))

    (work / "src").mkdir()
    monkeypatch.setattr(layer, "write", full)
    with pytest.raises(ResolveErrors, match=r"'app': /.*/layout: no space left on device$"):
        resolve({"image": "app"}, _sourced(registry, files={"build": {}}))
