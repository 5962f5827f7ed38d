#!/usr/bin/env python3
"""Time kbld on the work that its speed is judged by: `bench/kbld.py [--reference PATH] [--runs N]`.

Prints a line for each kind of work: our median, the reference's, their ratio. The reference is the binary given, else
`kbld-go` on the PATH; without one, the figures recorded on two cores are shown instead, marked so. Whole processes are
timed, in turn, against one registry: `docker-registry` where it is installed, else the lab's. Builds are the embedded
builder's on our side; on the other, where a Docker engine answers, the same program with `docker build` and `docker
push`, which is all that the reference does, else the recorded figures.
"""
from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from oakum.images.builders.probe import Probe
from oakum.registry import client, manifests, media, push
from oakum.registry.blobs import BytesBlob
from oakum.registry.descriptor import Manifest, digest_of
from oakum.registry.reference import parse

REPOSITORIES = 50


@dataclass(frozen=True)
class Work:
    """One measured command, the reference's recorded seconds, and what to do before each run."""

    name: str
    arguments: tuple[str, ...]
    recorded: float
    before: Callable[[Path], None] = lambda folder: None
    docker: tuple[str, ...] = ()
    """The arguments of the same work through Docker; never the reference's own run."""


def _change(folder: Path) -> None:
    (folder / "big" / "data").write_bytes(os.urandom(200 * 1024 * 1024))


WORK = (
    Work("start-up", ("version",), 0.02),
    Work("resolve 1", ("-f", "r1.yml"), 0.042),
    Work("resolve 50", ("-f", "r50.yml"), 0.39),
    Work("resolve 200", ("-f", "r200.yml"), 1.42),
    Work("build unchanged", ("-f", "small.yml"), 0.30, docker=("-f", "small-docker.yml", "--no-build-cache")),
    Work("200 MiB changed", ("-f", "big.yml"), 8.49, _change, ("-f", "big-docker.yml", "--no-build-cache")),
)


def seconds(command: list[str], folder: Path) -> float:
    """How long one whole process takes. Raises CalledProcessError when it fails."""
    environ = {**os.environ, "HOME": str(folder)}
    begin = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
    return time.perf_counter() - begin


def measure(work: Work, ours: list[str], reference: str | None, folder: Path, runs: int) -> str:
    """One line of the report."""
    own: list[float] = []
    peer: list[float] = []
    other = None
    if work.docker:
        other = [*ours, *work.docker] if Probe().answers else None
    elif reference:
        other = [reference, *work.arguments]
    for _ in range(runs):
        work.before(folder)
        own.append(seconds([*ours, *work.arguments], folder))
        if other:
            peer.append(seconds(other, folder))
    median = statistics.median(own)
    theirs = statistics.median(peer) if peer else work.recorded
    title = "docker" if peer and work.docker else "reference"
    note = "" if peer else "  (recorded)"
    return f"{work.name:16} {median:8.3f} s   {title:9} {theirs:8.3f} s   {theirs / median:5.1f} times faster{note}"


@contextmanager
def registry(folder: Path) -> Iterator[str]:
    """The address of a registry that keeps its content below `folder`."""
    program = shutil.which("docker-registry")
    if program is None:
        from oakum.lab.registry import app, serving

        with serving(app(folder / "registry", sync=False)) as address:
            yield address
        return
    address = "127.0.0.1:5671"
    config = folder / "registry.yml"
    config.write_text(
        f"version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n"
        f"storage: {{filesystem: {{rootdirectory: {folder}/registry}}}}\nhttp: {{addr: '{address}'}}\n"
    )
    process = subprocess.Popen([program, "serve", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        yield address
    finally:
        process.terminate()
        process.wait()


def prepare(folder: Path, address: str) -> None:
    """Push the images and write the inputs."""
    transport = client.connect(environ={})
    config = b'{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}'
    described = {"mediaType": media.OCI_CONFIG, "digest": digest_of(config), "size": len(config)}
    raw = b'{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s","digest":"%s","size":%d},"layers":[]}' % (
        media.OCI_MANIFEST.encode(), media.OCI_CONFIG.encode(), digest_of(config).encode(), described["size"],
    )  # fmt: skip
    images = [f"{address}/bench/r{number % REPOSITORIES}:t{number // REPOSITORIES}" for number in range(200)]
    for image in images:
        ref = parse(image)
        push.upload(transport, ref.repository, BytesBlob(config))
        manifests.put(transport, ref, Manifest.of(raw, media.OCI_MANIFEST))
    for count in (1, 50, 200):
        (folder / f"r{count}.yml").write_text("".join(f"---\nimage: {image}\n" for image in images[:count]))
    for name, content in (("small", b"hello\n"), ("big", b"")):
        (folder / name).mkdir()
        (folder / name / "data").write_bytes(content)
        (folder / name / "Dockerfile").write_text("FROM scratch\nCOPY data /data\n")
        for kind, builder in (("", "files: {build: {}}"), ("-docker", "docker: {build: {}}")):
            (folder / f"{name}{kind}.yml").write_text(
                f"image: {name}\n---\napiVersion: kbld.k14s.io/v1alpha1\nkind: Config\n"
                f"sources: [{{image: {name}, path: {name}, {builder}}}]\n"
                f"destinations: [{{image: {name}, newImage: {address}/bench/{name}{kind}}}]\n"
            )


def main() -> int:
    """Run the bench and print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbld", default=str(Path(sys.executable).with_name("kbld")), help="our command")
    parser.add_argument("--reference", default=shutil.which("kbld-go"), help="the Go program to compare with")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    ours = [options.kbld]
    with tempfile.TemporaryDirectory(prefix="oakum-bench-") as name, registry(Path(name)) as address:
        folder = Path(name)
        prepare(folder, address)
        seconds([*ours, "-f", "small.yml"], folder)
        for work in WORK:
            print(measure(work, ours, options.reference, folder, options.runs), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
