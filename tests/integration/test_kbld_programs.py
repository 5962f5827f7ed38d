"""kbld with the real programs that it works with: cosign, ko, buildx, podman, buildah, against the registry of `--target`."""
from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from testbed import clients
from tests.integration.conftest import BIN, program
from tests.integration.repository import Repository

Kbld = Callable[..., subprocess.CompletedProcess[str]]
STATIC = {"files": {"build": {}}}
OFFLINE = ("--insecure-ignore-tlog=true", "--allow-insecure-registry")


@pytest.fixture
def kbld(login, tmp_path, monkeypatch) -> Kbld:
    """Runs kbld in a folder that holds `src`, on `config` and one resource with the image `app`."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src/data").write_text("one\n")
    monkeypatch.chdir(tmp_path)

    def run(*words: str, config: dict[str, object] | None = None, image: str = "app") -> subprocess.CompletedProcess[str]:
        documents = [{"image": image}, {"apiVersion": "kbld.k14s.io/v1alpha1", "kind": "Config", **(config or {})}]
        text = "".join(f"---\n{json.dumps(document)}\n" for document in documents)
        return subprocess.run(
            [BIN / "kbld", "-f-", *words], input=text, env=login, capture_output=True, text=True, timeout=300
        )

    return run


def built_by(block: dict[str, object], repository: Repository, *tags: str) -> dict[str, object]:
    return {
        "sources": [{"image": "app", "path": "src", **block}],
        "destinations": [{"image": "app", "newImage": repository.name, "tags": list(tags)}],
    }


def image_of(done: subprocess.CompletedProcess[str]) -> str:
    """The reference that kbld printed."""
    assert done.returncode == 0, done.stderr
    found = re.search(r"^image: (\S+@sha256:[0-9a-f]{64})$", done.stdout, re.MULTILINE)
    assert found, done.stdout
    return found[1]


# cosign


@pytest.fixture
def cosign(login, tmp_path, kbld) -> Callable[..., int]:
    """Runs cosign on two pairs of keys, `one` and `two`; its exit status."""
    path = clients.find("cosign")
    if path is None:
        pytest.skip("cosign is not installed (make testbed-up builds it)")
    login["COSIGN_PASSWORD"] = "secret"

    def run(*words: str) -> int:
        return subprocess.run([path, *words], env=login, capture_output=True, timeout=120).returncode

    for name in ("one", "two"):
        assert run("generate-key-pair", "--output-key-prefix", name) == 0
    return run


def test_cosign_accepts_what_kbld_signed_and_refuses_it_for_another_key(cosign, kbld, repository):
    image = image_of(kbld("--sign-key", "one.key", config=built_by(STATIC, repository)))
    assert cosign("verify", "--key", "one.pub", *OFFLINE, image) == 0
    assert cosign("verify", "--key", "two.pub", *OFFLINE, image) != 0


def test_kbld_accepts_what_cosign_signed_and_refuses_it_for_another_key(cosign, kbld, repository):
    image = image_of(kbld(config=built_by(STATIC, repository)))
    unsigned = kbld("--verify-key", "one.pub", image=image)
    assert (unsigned.returncode, unsigned.stdout) == (1, "")
    assert cosign("sign", "--yes", "--tlog-upload=false", "--allow-insecure-registry", "--key", "one.key", image) == 0
    assert image_of(kbld("--verify-key", "one.pub", image=image)) == image
    other = kbld("--verify-key", "two.pub", image=image)
    assert (other.returncode, other.stdout) == (1, "")
    assert "sign" in other.stderr


def test_a_signature_laid_beside_another_image_is_refused_by_both(cosign, kbld, repository, login):
    signed = image_of(kbld("--sign-key", "one.key", config=built_by(STATIC, repository)))
    Path("src/data").write_text("two\n")
    other = image_of(kbld(config=built_by(STATIC, repository)))
    skopeo = program("skopeo", login, "--insecure-policy")
    place = {image: f"docker://{repository.name}:{image.partition('@')[2].replace(':', '-')}.sig"
             for image in (signed, other)}
    skopeo("copy", "--src-tls-verify=false", "--dest-tls-verify=false", place[signed], place[other])
    assert cosign("verify", "--key", "one.pub", *OFFLINE, other) != 0
    assert kbld("--verify-key", "one.pub", image=other).returncode == 1
    assert kbld("--verify-key", "one.pub", image=signed).returncode == 0


# builders


@pytest.fixture
def engine(login) -> Iterator[None]:
    """A Docker engine; it forgets the images that a test makes."""
    def images() -> set[str]:
        return set(subprocess.run(["docker", "images", "-q"], env=login, capture_output=True, text=True).stdout.split())

    if not shutil.which("docker") or subprocess.run(["docker", "info"], env=login, capture_output=True).returncode:
        pytest.skip("no Docker engine answers")
    before = images()
    yield
    for image in images() - before:
        subprocess.run(["docker", "rmi", "-f", image], env=login, capture_output=True)


def test_ko_builds_and_docker_pushes(engine, kbld, repository, login):
    path = clients.find("ko")
    if path is None:
        pytest.skip("ko is not installed (make testbed-up builds it)")
    base = image_of(kbld(config=built_by(STATIC, repository)))
    login["PATH"] += f":{Path(path).parent}"
    login |= {"KO_DEFAULTBASEIMAGE": base, "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"}
    Path("src/go.mod").write_text("module example.org/app\n\ngo 1.21\n")
    Path("src/main.go").write_text("package main\n\nfunc main() { println(1) }\n")
    done = kbld(config=built_by({"ko": {"build": {"rawOptions": ["--sbom=none"]}}}, repository, "v1"))
    image = image_of(done)
    assert "app | starting build (using ko): src\n" in done.stderr
    assert "app | finished build (using ko)\n" in done.stderr
    digest, manifest = repository.manifest("v1")
    assert image == f"{repository.name}@{digest}"
    assert len(manifest["layers"]) >= 2


@pytest.fixture
def buildx(engine, kbld, login) -> dict[str, object]:
    """A source's block for buildx, which is a plugin of the docker client in a folder of the test's own."""
    path = clients.find("buildx")
    if path is None:
        pytest.skip("buildx is not installed (make testbed-up builds it)")
    plugins = Path(login["DOCKER_CONFIG"], "cli-plugins")
    plugins.mkdir()
    (plugins / "docker-buildx").symlink_to(path)
    Path("src/Dockerfile").write_text("FROM scratch\nARG made\nCOPY data /data\nLABEL made=$made\n")
    return {"docker": {"buildx": {"rawOptions": ["--build-arg", "made=here"]}}}


def test_buildx_pushes_and_the_digest_is_the_registrys(buildx, kbld, repository):
    done = kbld(config=built_by(buildx, repository, "v1"))
    image = image_of(done)
    digest, manifest = repository.manifest("v1")
    assert image == f"{repository.name}@{digest}"
    assert len(manifest.get("layers", manifest.get("manifests"))) >= 1
    assert re.search(rf"^app \| starting build \(using Docker buildx\): src -> {re.escape(repository.name)}:rand-", done.stderr, re.M)
    again = kbld(config=built_by(buildx, repository, "v1"))
    assert image_of(again) == image
    assert f"app | unchanged since it was last built: src -> {image}" in again.stderr


def test_buildx_loads_into_the_engine_without_a_destination(buildx, kbld, repository):
    done = kbld(config={"sources": built_by(buildx, repository)["sources"]})
    assert done.returncode == 0, done.stderr
    assert re.search(r"^image: kbld:app-sha256-[0-9a-f]{64}$", done.stdout, re.M)


def test_what_buildx_says_is_shown_when_it_fails(buildx, kbld, repository):
    Path("src/Dockerfile").write_text("FROM scratch\nCOPY nothing /\n")
    done = kbld(config=built_by(buildx, repository))
    assert (done.returncode, done.stdout) == (1, "")
    assert '"/nothing": not found' in done.stderr or "nothing" in done.stderr


@pytest.fixture(params=["podman", "buildah"])
def daemonless(request, login, tmp_path) -> Iterator[str]:
    """A program that builds into a storage of the test's own."""
    storage = tmp_path / "storage.conf"
    storage.write_text(f'[storage]\ndriver = "vfs"\nrunroot = "{tmp_path}/run"\ngraphroot = "{tmp_path}/images"\n')
    login |= {"CONTAINERS_STORAGE_CONF": str(storage), "TMPDIR": str(tmp_path), "BUILDAH_ISOLATION": "chroot"}
    name = request.param
    if not shutil.which(name) or subprocess.run([name, "info"], env=login, capture_output=True).returncode:
        pytest.skip(f"{name} is not installed, or this user may not run it")
    yield name
    subprocess.run([name, "rmi", "--all", "--force"], env=login, capture_output=True)


def test_podman_and_buildah_build_push_and_tag(daemonless, kbld, repository):
    Path("src/Dockerfile").write_text("FROM scratch\nCOPY data /data\nLABEL made=here\n")
    config = built_by({daemonless: {"build": {}}}, repository, "v1")
    image = image_of(kbld("--lock-output", "lock.yml", config=config))
    digest, manifest = repository.manifest("v1")
    assert (image, len(manifest["layers"])) == (f"{repository.name}@{digest}", 1)
    again = kbld(config=config)
    assert image_of(again) == image
    assert f"app | unchanged since it was last built: src -> {image}" in again.stderr
    assert image_of(kbld("-f", "lock.yml")) == image
