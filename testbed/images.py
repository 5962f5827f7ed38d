"""Base images, made here because nothing can be pulled: pause, busybox, alpine, http-echo, golang."""
from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from testbed.node import socket_of
from testbed.process import run
from testbed.settings import HERE, Settings

ARCHIVE = "images-2.tar"


def up(settings: Settings) -> None:
    """Make the images (once, into the cache) and load them into containerd and Docker."""
    archive = settings.cache / ARCHIVE
    if not archive.exists():
        _make(settings, archive)
    sample = f"{settings.open_registry}/library/sample-app-go:latest"
    if sample not in run("ctr", "-a", socket_of(settings), "-n", "k8s.io", "images", "list", "-q"):
        run("ctr", "-a", socket_of(settings), "-n", "k8s.io", "images", "import", archive)
    if subprocess.run(["docker", "image", "inspect", sample], capture_output=True).returncode:
        run("docker", "load", "-i", archive)
    run("docker", "push", sample)
    if subprocess.run(["docker", "image", "inspect", "golang:1.12"], capture_output=True).returncode:
        _import_golang()


def _make(settings: Settings, archive: Path) -> None:
    work = settings.state / "images"
    work.mkdir(parents=True, exist_ok=True)
    run("gcc", "-static", "-Os", "-s", "-o", work / "pause", HERE / "programs/pause/pause.c")
    env = {**os.environ, "CGO_ENABLED": "0"}
    for name, source in (("http-echo", HERE / "programs/http-echo"), ("app", HERE.parent / "examples/sample-app-go")):
        run("go", "build", "-trimpath", "-ldflags=-s -w", "-o", work / name, ".", cwd=source, env=env)
    shell = busybox_root()
    echo = layer({"http-echo": (work / "http-echo").read_bytes()})
    sample = layer({"app": (work / "app").read_bytes()})
    pause = layer({"pause": (work / "pause").read_bytes()})
    settings.cache.mkdir(parents=True, exist_ok=True)
    partial = archive.with_suffix(".partial")
    write_archive(partial, [
        ("localhost/pause:1", pause, {"Entrypoint": ["/pause"]}),
        ("docker.io/library/busybox:latest", shell, {"Cmd": ["sh"]}),
        ("docker.io/library/alpine:3.15.0", shell, {"Cmd": ["sh"]}),
        ("docker.io/hashicorp/http-echo:alpine", echo, {"Entrypoint": ["/http-echo"]}),
        (f"{settings.open_registry}/library/sample-app-go:latest", sample, {"Entrypoint": ["/app"]}),
    ])
    partial.rename(archive)


def busybox_root() -> bytes:
    """A root file system of the static busybox with a link for each of its programs."""
    busybox = shutil.which("busybox") or "/bin/busybox"
    links = {f"bin/{name}": "busybox" for name in run(busybox, "--list").split() if name != "busybox"}
    users = b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"
    return layer({"bin/busybox": Path(busybox).read_bytes(), "etc/passwd": users}, links, ("tmp", "root", "usr/bin"))


def layer(files: dict[str, bytes], links: dict[str, str] | None = None, folders: tuple[str, ...] = ()) -> bytes:
    """An uncompressed layer, the same bytes for the same content."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        parents = {str(parent) for name in [*files, *(links or {}), *(f"{folder}/x" for folder in folders)]
                   for parent in Path(name).parents if str(parent) != "."}
        for name in sorted(parents):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
            tar.addfile(entry)
        for name, data in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.mode, entry.size = 0o644 if name.startswith("etc/") else 0o755, len(data)
            tar.addfile(entry, io.BytesIO(data))
        for name, target in sorted((links or {}).items()):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            tar.addfile(entry)
    return out.getvalue()


def write_archive(path: Path, images: list[tuple[str, bytes, dict[str, object]]]) -> None:
    """Write (name, layer, configuration) images as one archive that `docker load` and `ctr images import` read."""
    blobs: dict[str, bytes] = {}
    manifest = []
    for name, content, settings in images:
        digest = hashlib.sha256(content).hexdigest()
        config = json.dumps({
            "architecture": "amd64", "os": "linux", "config": {"Env": ["PATH=/bin:/usr/bin"], **settings},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        }).encode()
        file = f"{hashlib.sha256(config).hexdigest()}.json"
        blobs[file], blobs[f"{digest}.tar"] = config, content
        manifest.append({"Config": file, "RepoTags": [name], "Layers": [f"{digest}.tar"]})
    with tarfile.open(path, "w") as tar:
        for file, data in [*blobs.items(), ("manifest.json", json.dumps(manifest).encode())]:
            entry = tarfile.TarInfo(file)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


def _import_golang() -> None:
    """golang:1.12 stands for any image with a Go toolchain: this machine's, over the busybox root."""
    goroot = run("go", "env", "GOROOT").strip()
    changes = ["ENV PATH=/usr/local/go/bin:/bin:/usr/bin", "ENV GOTOOLCHAIN=local", "ENV GOFLAGS=-buildvcs=false",
               "ENV GOCACHE=/tmp/go-cache", "ENV GOPATH=/go", "ENV HOME=/root", "WORKDIR /go"]
    options = [word for change in changes for word in ("--change", change)]
    docker = subprocess.Popen(["docker", "import", *options, "-", "golang:1.12"], stdin=subprocess.PIPE)
    assert docker.stdin, "a pipe was asked for"
    with docker.stdin as pipe, tarfile.open(fileobj=pipe, mode="w|") as tar:
        with tarfile.open(fileobj=io.BytesIO(busybox_root())) as shell:
            for entry in shell:
                tar.addfile(entry, shell.extractfile(entry) if entry.isreg() else None)
        keep = ("bin", "pkg/tool", "pkg/include", "src", "lib/time", "VERSION", "go.env")
        for name in keep:
            if (Path(goroot) / name).exists():
                tar.add(Path(goroot) / name, f"usr/local/go/{name}", filter=_no_tests)
    if docker.wait():
        raise RuntimeError("docker import golang:1.12 failed")


def _no_tests(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if entry.name.endswith("_test.go") or "/testdata/" in entry.name else entry
