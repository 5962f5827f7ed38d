"""docker, skopeo, buildah and containerd against the registry of `--target`: log in, push, pull, copy, delete."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.conftest import Client, program
from tests.integration.layout import PLATFORMS, Layout, write_layout
from tests.integration.repository import Repository


@pytest.fixture
def layout(tmp_path) -> Layout:
    return write_layout(tmp_path / "layout", f"oakum-{uuid.uuid4().hex[:8]}")


def plain(repository: Repository, option: str) -> list[str]:
    """The option that lets a client speak plain http, which only loopback does."""
    return [option] if repository.registry.startswith(("127.", "localhost:")) else []


def check_login(run: Client, repository: Repository, *options: str, status: int = 1) -> None:
    """What `login` and `logout` of docker, skopeo and buildah have in common."""
    words = ("login", *options, "--username", repository.user, "--password-stdin", repository.registry)
    run("logout", repository.registry)
    refused = run(*words, stdin="wrong", status=status)
    assert "unauthorized" in refused.lower() or "invalid username/password" in refused
    assert "Login Succeeded" in run(*words, stdin=repository.password)


# skopeo: needs neither root nor an engine


@pytest.fixture
def skopeo(login) -> Client:
    return program("skopeo", login, "--insecure-policy")


def test_skopeo_logs_in_and_out(skopeo, repository):
    check_login(skopeo, repository, *plain(repository, "--tls-verify=false"))


def test_skopeo_pushes_and_pulls_the_same_bytes(skopeo, repository, layout, tmp_path):
    there, back = f"docker://{repository.name}:one", f"oci:{tmp_path}/back:one"
    skopeo("copy", *plain(repository, "--dest-tls-verify=false"), f"oci:{layout.folder}:amd64", there)
    assert repository.manifest("one") == (layout.digest("amd64"), layout.manifest("amd64"))
    skopeo("copy", *plain(repository, "--src-tls-verify=false"), there, back)
    pulled = {blob.name for blob in (tmp_path / "back/blobs/sha256").iterdir()}
    assert pulled <= {blob.name for blob in (layout.folder / "blobs/sha256").iterdir()}
    assert len(pulled) == 3


def test_skopeo_inspects_and_lists_tags(skopeo, repository, layout):
    verify = plain(repository, "--tls-verify=false")
    for tag in ("one", "two"):
        skopeo("copy", *plain(repository, "--dest-tls-verify=false"), f"oci:{layout.folder}:amd64", f"docker://{repository.name}:{tag}")
    found = json.loads(skopeo("inspect", *verify, f"docker://{repository.name}:two"))
    assert (found["Digest"], found["Architecture"]) == (layout.digest("amd64"), "amd64")
    assert json.loads(skopeo("list-tags", *verify, f"docker://{repository.name}"))["Tags"] == ["one", "two"]


def test_skopeo_copies_an_index_between_repositories(skopeo, repository, layout):
    both = plain(repository, "--dest-tls-verify=false") + plain(repository, "--src-tls-verify=false")
    other = Repository(f"{repository.name}/copy", repository.user, repository.password)
    try:
        skopeo("copy", "--all", *both, f"oci:{layout.folder}:all", f"docker://{repository.name}:all")
        skopeo("copy", "--all", *both, f"docker://{repository.name}:all", f"docker://{other.name}:all")
        assert other.manifest("all") == (layout.digest("all"), layout.manifest("all"))
        for platform in PLATFORMS:
            assert other.manifest(layout.digest(platform))[1] == layout.manifest(platform)
    finally:
        other.empty()


def test_skopeo_takes_the_image_of_a_platform_from_an_index(skopeo, repository, layout, tmp_path):
    there = f"docker://{repository.name}:all"
    skopeo("copy", "--all", *plain(repository, "--dest-tls-verify=false"), f"oci:{layout.folder}:all", there)
    for platform in PLATFORMS:
        chosen = skopeo("--override-os", "linux", "--override-arch", platform,
                        "inspect", "--config", *plain(repository, "--tls-verify=false"), there)
        assert json.loads(chosen)["architecture"] == platform


def test_skopeo_converts_to_docker_schema_2(skopeo, repository, layout):
    skopeo("copy", "--format", "v2s2", *plain(repository, "--dest-tls-verify=false"),
           f"oci:{layout.folder}:amd64", f"docker://{repository.name}:docker")
    manifest = repository.manifest("docker")[1]
    assert manifest["mediaType"] == "application/vnd.docker.distribution.manifest.v2+json"
    assert manifest["layers"][0]["digest"] == layout.manifest("amd64")["layers"][0]["digest"]


def test_skopeo_deletes(skopeo, repository, layout):
    there = f"docker://{repository.name}:gone"
    skopeo("copy", *plain(repository, "--dest-tls-verify=false"), f"oci:{layout.folder}:amd64", there)
    skopeo("delete", *plain(repository, "--tls-verify=false"), there)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        repository.manifest(layout.digest("amd64"))
    assert "manifest unknown" in skopeo("inspect", *plain(repository, "--tls-verify=false"), there, status=1)


# buildah: with a storage of the test's own, without root where user namespaces are allowed


@pytest.fixture
def buildah(login, tmp_path) -> Iterator[Client]:
    storage = ["--storage-driver", "vfs", "--root", f"{tmp_path}/storage", "--runroot", f"{tmp_path}/run"]
    run = program("buildah", login | {"BUILDAH_ISOLATION": "chroot", "TMPDIR": str(tmp_path)}, *storage)
    yield run
    run("rmi", "--all", "--force")


def build(buildah: Client, folder: Path, name: str, *options: str) -> None:
    """An image from a Dockerfile that needs no base."""
    folder.mkdir(exist_ok=True)
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY greeting /\nEXPOSE 8080\nUSER 1000\n")
    (folder / "greeting").write_text(f"hello from {name}\n")
    buildah("build", "--quiet", *options, "--tag", name, str(folder))


def test_buildah_logs_in_and_out(buildah, repository):
    check_login(buildah, repository, *plain(repository, "--tls-verify=false"), status=125)


def test_buildah_pushes_what_it_built_and_pulls_it_again(buildah, repository, tmp_path):
    name = f"{repository.name}:built"
    build(buildah, tmp_path / "context", name)
    buildah("push", *plain(repository, "--tls-verify=false"), "--digestfile", f"{tmp_path}/digest", name)
    assert repository.manifest("built")[0] == (tmp_path / "digest").read_text()
    buildah("rmi", name)
    buildah("pull", "--quiet", *plain(repository, "--tls-verify=false"), name)
    settings = json.loads(buildah("inspect", "--type", "image", name))["OCIv1"]["config"]
    assert (settings["ExposedPorts"], settings["User"]) == ({"8080/tcp": {}}, "1000")


def test_buildah_pushes_an_index_of_platforms(buildah, repository, tmp_path):
    verify = plain(repository, "--tls-verify=false")
    for platform in PLATFORMS:
        build(buildah, tmp_path / "context", f"one:{platform}", "--platform", f"linux/{platform}")
    buildah("manifest", "create", "many", *(f"one:{platform}" for platform in PLATFORMS))
    buildah("manifest", "push", "--all", *verify, "many", f"docker://{repository.name}:many")
    images = repository.manifest("many")[1]["manifests"]
    assert [image["platform"]["architecture"] for image in images] == list(PLATFORMS)
    for image in images:
        assert repository.manifest(image["digest"])[0] == image["digest"]
    buildah("rmi", "--all", "--force")
    buildah("pull", "--quiet", "--arch", "arm64", *verify, f"{repository.name}:many")
    assert json.loads(buildah("inspect", "--type", "image", f"{repository.name}:many"))["OCIv1"]["architecture"] == "arm64"


# docker: needs an engine


@pytest.fixture
def docker(login, layout, repository) -> Iterator[Client]:
    run = program("docker", login)
    if subprocess.run(["docker", "version"], env=login, capture_output=True).returncode:
        pytest.skip("no Docker engine answers")
    run("load", "--input", str(layout.archive))
    yield run
    # Not those of tests that run at the same time.
    for name in (layout.name, repository.name):
        listed = run("images", "--format", "{{.Repository}}:{{.Tag}}").split()
        ours = [image for image in listed if name in image and not image.endswith(":<none>")]
        if ours:
            run("rmi", "--force", *ours)


def test_docker_logs_in_and_out(docker, repository):
    check_login(docker, repository)


def test_docker_pushes_and_pulls_the_same_image(docker, repository, layout):
    name = f"{repository.name}:one"
    docker("tag", f"{layout.name}:amd64", name)
    docker("push", "--quiet", name)
    assert repository.manifest("one")[1]["config"]["digest"] == layout.manifest("amd64")["config"]["digest"]
    docker("rmi", name, f"{layout.name}:amd64")
    docker("pull", "--quiet", name)
    assert docker("image", "inspect", "--format", "{{.Id}}", name).strip() == layout.manifest("amd64")["config"]["digest"]


def test_docker_pulls_by_digest(docker, repository, layout):
    name = f"{repository.name}:one"
    docker("tag", f"{layout.name}:amd64", name)
    docker("push", "--quiet", name)
    docker("rmi", name)
    pinned = f"{repository.name}@{repository.manifest('one')[0]}"
    docker("pull", "--quiet", pinned)
    assert docker("image", "inspect", "--format", "{{.RepoDigests}}", pinned).strip() == f"[{pinned}]"
    docker("rmi", pinned)


def test_docker_pushes_an_index_and_pulls_a_platform_of_it(docker, repository, layout):
    insecure = plain(repository, "--insecure")
    names = [f"{repository.name}:{platform}" for platform in PLATFORMS]
    for platform, name in zip(PLATFORMS, names, strict=True):
        docker("tag", f"{layout.name}:{platform}", name)
        docker("push", "--quiet", name)
    docker("manifest", "create", *insecure, f"{repository.name}:all", *names)
    docker("manifest", "push", *insecure, "--purge", f"{repository.name}:all")
    images = repository.manifest("all")[1]["manifests"]
    assert [image["platform"]["architecture"] for image in images] == list(PLATFORMS)
    docker("pull", "--quiet", "--platform", "linux/arm64", f"{repository.name}:all")
    assert docker("image", "inspect", "--format", "{{.Architecture}}", f"{repository.name}:all").strip() == "arm64"


def test_docker_is_told_that_an_image_is_not_there(docker, repository):
    assert "manifest unknown" in docker("pull", f"{repository.name}:absent", status=1)


# containerd: one of the test's own, which needs root


@pytest.fixture(scope="session")
def containerd() -> Iterator[str]:
    """The socket of a containerd that goes, with all of its content, when the tests are over."""
    for name in ("containerd", "ctr"):
        if not shutil.which(name):
            pytest.skip(f"{name} is not installed")
    if os.geteuid():
        pytest.skip("containerd needs root")
    with tempfile.TemporaryDirectory(prefix="oakum-") as folder:
        address = f"{folder}/socket"
        config = Path(folder, "config.toml")
        config.write_text(f"""
version = 2
root = "{folder}/root"
state = "{folder}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "{address}"
""")
        with Path(folder, "log").open("wb") as log:
            daemon = subprocess.Popen(["containerd", "--config", config], stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 30
            while subprocess.run(["ctr", "-a", address, "version"], capture_output=True).returncode:
                assert time.monotonic() < deadline, Path(folder, "log").read_text()
                time.sleep(0.1)
            yield address
        finally:
            daemon.terminate()
            daemon.wait()


@pytest.fixture
def ctr(containerd, environment, repository, layout) -> Client:
    """ctr in a namespace of the test's own, with the layout's images imported as `layout.name:…`."""
    run = program("ctr", environment, "--address", containerd, "--namespace", layout.name)
    run("images", "import", "--no-unpack", "--all-platforms", "--base-name", f"local/{layout.name}", str(layout.archive))
    return run


def access(repository: Repository) -> list[str]:
    return ["--user", f"{repository.user}:{repository.password}", *plain(repository, "--plain-http")]


@pytest.mark.parametrize("what", ["all", "amd64"])
def test_containerd_pushes_and_pulls(ctr, repository, layout, what):
    name = f"{repository.name}:{what}"
    ctr("images", "push", *access(repository), name, f"local/{layout.name}:{what}")
    assert repository.manifest(what)[0] == layout.digest(what)
    for image in ctr("images", "list", "--quiet").split():
        ctr("images", "delete", "--sync", image)
    assert not ctr("content", "list", "--quiet").split()
    ctr("content", "fetch", "--all-platforms", *access(repository), name)
    assert layout.digest(what) in ctr("content", "list", "--quiet").split()
    platforms = PLATFORMS if what == "all" else (what,)
    for platform in platforms:
        assert layout.manifest(platform)["layers"][0]["digest"] in ctr("content", "list", "--quiet").split()


def test_containerd_unpacks_the_platform_it_is_told(ctr, repository, layout, tmp_path):
    name = f"{repository.name}:all"
    ctr("images", "push", *access(repository), name, f"local/{layout.name}:all")
    ctr("images", "pull", *access(repository), "--snapshotter", "native", "--platform", "linux/arm64", name)
    (tmp_path / "root").mkdir()
    ctr("images", "mount", "--snapshotter", "native", "--platform", "linux/arm64", name, f"{tmp_path}/root")
    try:
        assert (tmp_path / "root/name").read_text() == f"{layout.name} for arm64\n"
    finally:
        ctr("images", "unmount", "--rm", "--snapshotter", "native", f"{tmp_path}/root")


def test_containerd_is_refused_without_a_login(ctr, repository, layout):
    told = ctr("images", "push", *plain(repository, "--plain-http"), f"{repository.name}:no", f"local/{layout.name}:all", status=1)
    assert "401" in told or "authorization failed" in told.lower()
    assert not repository.tags()
