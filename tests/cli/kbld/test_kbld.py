"""The command as a user meets it: streams, exit status, files."""
from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.registry.conftest import Host, connect

from oakum.cli.kbld import ROOT
from oakum.cli.program import main
from oakum.lab.registry import app, serving
from oakum.yaml import plain

Run = Callable[..., tuple[int, str, str]]
DIGEST = "sha256:" + "a" * 64


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Host]:
    with serving(app(tmp_path / "registry", sync=False)) as address:
        yield Host(address, connect())


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("DOCKER_CONFIG", "XDG_CACHE_HOME", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        status = main(ROOT, arguments)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def test_an_image_is_pinned_and_the_log_says_so(run: Run, registry: Host) -> None:
    digest = registry.push_image("app:1").digest
    image, pinned = f"{registry.address}/app:1", f"{registry.address}/app@{digest}"
    status, out, err = run("-f-", stdin=f"z: 1\nimage: {image}\n")
    assert (status, err) == (0, f"resolve | final: {image} -> {pinned}\n")
    assert out == (
        f"---\nimage: {pinned}\nmetadata:\n  annotations:\n    kbld.k14s.io/images: |\n      - origins:\n"
        f"        - resolved:\n            tag: \"1\"\n            url: {image}\n        url: {pinned}\nz: 1\n"
    )


def test_a_form_of_a_bill_of_materials_that_is_none_is_refused_though_nothing_is_built(run: Run) -> None:
    status, out, err = run("-f-", "--sbom", "xml", stdin="a: 1\n")
    assert (status, out) == (1, "")
    assert err == "kbld: Error: Expected a bill of materials as one of spdx, cyclonedx, but found 'xml'\n"


@pytest.mark.parametrize(("key", "words"), [
    (None, "Reading signing key '{0}': open {0}: no such file or directory"),
    ("no key", "Reading signing key '{}':\n  Expected a private key in PEM form"),
    ("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n", "Reading signing key '{}':\n  "),
])  # fmt: skip
def test_a_key_that_cannot_be_used_is_refused_though_nothing_is_built(
    run: Run, tmp_path: Path, key: str | None, words: str
) -> None:
    path = tmp_path / "cosign.key"
    if key is not None:
        path.write_text(key)
    status, out, err = run("-f-", "--sign-key", str(path), stdin="a: 1\n")
    assert (status, out) == (1, "")
    assert err.startswith("kbld: Error: " + words.format(path))


def test_a_failure_prints_nothing_on_standard_output_and_writes_no_lock(run: Run, tmp_path: Path) -> None:
    lock = tmp_path / "lock.yml"
    status, out, err = run("-f-", "--lock-output", str(lock), stdin="image: A/b\n---\na: 1\n")
    assert (status, out, lock.exists()) == (1, "", False)
    assert err.startswith("kbld: Error: \n- Resolving image 'A/b': repository can only contain the characters")


def test_json_output_collects_blocks_and_errors_stay_plain(run: Run) -> None:
    status, out, err = run("-f-", "--json", stdin="a: 1\n")
    assert (status, err) == (0, "")
    assert json.loads(out) == {"Tables": None, "Blocks": ["---\na: 1\n"], "Lines": ["Succeeded"]}
    status, out, err = run("-f-", "--json", stdin="image: A/b\n")
    assert (status, out) == (1, "")
    assert err.startswith("kbld: Error: \n- Resolving image 'A/b'")


def test_a_lock_is_applied_without_any_registry(run: Run, registry: Host, tmp_path: Path) -> None:
    registry.push_image("app:1")
    text = f"image: {registry.address}/app:1\n"
    for flag in ("--lock-output", "--imgpkg-lock-output"):
        lock = tmp_path / flag.strip("-")
        _, first, _ = run("-f-", flag, str(lock), stdin=text)
        assert lock.stat().st_mode & 0o777 == 0o600
        connectless = text.replace(registry.address, "127.0.0.1:1")
        lock.write_text(lock.read_text().replace(f"image: {registry.address}/app:1", "image: 127.0.0.1:1/app:1")
                        .replace(f"id: {registry.address}", "id: 127.0.0.1:1"))
        status, second, _ = run("-f-", "-f", str(lock), stdin=connectless)
        assert status == 0
        assert plain.load(first)["image"] == plain.load(second)["image"]


def test_references_are_listed_without_resolving_them(run: Run) -> None:
    assert run("-f-", "--unresolved-inspect", stdin="image: b\n---\nimage: a\n---\nimage: b\n")[1] == "- image: a\n- image: b\n"
    assert run("-f-", "--unresolved-inspect", stdin="a: 1\n")[1] == "null\n"
    missing = run("-f-", "--unresolved-inspect", "--image-map-file", "no.json", stdin="image: a\n")
    assert missing == (1, "", "kbld: Error: open no.json: no such file or directory\n")


def test_references_are_found_in_the_members_of_lists(run: Run) -> None:
    text = "items:\n- image: b\n- items: [{image: a}]\n"
    assert run("-f-", "--unresolved-inspect", stdin=text)[1] == "- image: a\n- image: b\n"
    assert run("inspect", "-f-", stdin="kind: List\n" + text)[1] == "a\t\n-\t\n/ () cluster\t\n\nb\t\n-\t\n/ () cluster\t\n"


def test_nothing_in_gives_nothing_out(run: Run) -> None:
    assert run() == (0, "", "")
    assert run("-f-", stdin="") == (0, "", "")


def test_nothing_in_is_locked_all_the_same(run: Run, tmp_path: Path) -> None:
    lock = tmp_path / "lock.yml"
    assert run("-f-", "--lock-output", str(lock), stdin="") == (0, "", "")
    assert plain.load(lock.read_text())["kind"] == "Config"
    assert run("--image-map-file", "nope.json")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nope"], "command 'kbld' does not accept extra arguments 'nope'"),
        (["inspect", "x"], "command 'kbld inspect' does not accept extra arguments 'x'"),
        (["--nope"], "unknown flag: --nope"),
        (["-f"], "flag needs an argument: 'f' in -f"),
        (["-f", "nope.yml"], "Unable to stat file: stat nope.yml: no such file or directory"),
        (["--build-concurrency=0"], 'invalid argument "0" for "--build-concurrency" flag: must be at least 1'),
        (
            ["--lock-output", "a", "--imgpkg-lock-output", "b"],
            "Can only output one lockfile type, please provide only one of '--lock-output' or '--imgpkg-lock-output'",
        ),
        (["-f-", "--rewrite-registry", "a"], "Expected --rewrite-registry of the form from=to, but found 'a'"),
        (["-f-", "--registry-mirror", "a="], "Expected --registry-mirror of the form from=to, but found 'a='"),
        (["-f-", "--platform", "linux"], "Parsing platform 'linux': expected format os/arch[/variant]"),
    ],
)
def test_a_mistake_is_one_message(run: Run, arguments: list[str], words: str) -> None:
    status, out, err = run(*arguments, stdin="a: 1\n")
    assert (status, out, err) == (1, "", f"kbld: Error: {words}\n")


def test_inspect_shows_where_images_came_from(run: Run) -> None:
    text = (
        "kind: Pod\nmetadata:\n  name: x\n  annotations:\n    kbld.k14s.io/images: |\n"
        "      - origins:\n        - local:\n            path: /src\n        url: a@b\nimage: a@b\nother: {image: c}\n"
    )
    _, out, _ = run("inspect", "-f-", stdin=text)
    assert out == "a@b\t\n- local:\t\n    path: /src\t\npod/x () cluster\t\n\nc\t\n-\t\npod/x () cluster\t\n"
    _, out, _ = run("insp", "-f-", "--tty", "--color=false", stdin="a: 1\n")
    assert out == "Images\n\n\n0 images\n\nSucceeded\n"


def test_help_and_version_say_succeeded(run: Run) -> None:
    for arguments in (["-h"], ["help"], ["help", "nope"]):
        status, out, _ = run(*arguments)
        assert (status, out.endswith("for more information about a command.\n\nSucceeded\n")) == (0, True)
    _, out, err = run("relocate", "-h")
    assert (out.partition(", learn more")[0], err) == ("\nCommand \"relocate\" is deprecated, please use 'imgpkg copy'", "")
    assert "\n\nRelocate images between two registries\n\nUsage:\n" in out
    assert run("-v")[1] == "kbld version 0.42.0\n\nSucceeded\n"
    assert run("version")[1] == "kbld version 0.42.0\n"


def test_images_travel_in_a_tarball_and_between_registries(run: Run, registry: Host, tmp_path: Path) -> None:
    digest = registry.push_image("app:1").digest
    text = f"image: {registry.address}/app:1@{digest}\n"
    tar = str(tmp_path / "t.tar")
    status, _, err = run("package", "-f-", "-o", tar, stdin=text)
    assert status == 0
    assert err.startswith("Warning: Command \"package\" is deprecated, please use 'imgpkg push', learn more in https://")
    assert f"package | will export {registry.address}/app:1@{digest}" in err
    target = f"{registry.address}/moved"
    for command in (["unpackage", "-i", tar], ["relocate"]):
        status, out, _ = run(*command, "-f-", "-r", target, stdin=text)
        assert (status, out) == (0, f"---\nimage: {target}@{digest}\n")


def test_what_was_imported_is_printed_when_the_lock_is_written(run: Run, registry: Host, tmp_path: Path) -> None:
    image = f"{registry.address}/app@{registry.push_image('app:1').digest}"
    lock = str(tmp_path / "no" / "lock.yml")
    found = run("relocate", "-f-", "-r", f"{registry.address}/moved", "--lock-output", lock, stdin=f"image: {image}\n")
    assert found[:2] == (1, "")
    assert found[2].endswith(f"kbld: Error: Writing lock config: open {lock}: no such file or directory\n")


def test_only_what_is_needed_is_imported() -> None:
    """The budget of start-up is kept by what is not imported."""
    code = (
        "import sys; sys.argv[1:] = ['-f-', '--unresolved-inspect'];"
        "from oakum.cli.kbld import ROOT, run_main; run_main(ROOT); print(*sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], input=b"image: a", capture_output=True, check=True,
                          env={**os.environ})
    modules = set(done.stdout.decode().split())
    heavy = {"urllib3", "ssl", "http.client", "orjson", "subprocess", "logging", "concurrent.futures", "starlette", "email", "pathlib",
             "urllib.parse", "ipaddress", "tempfile", "shutil", "socket"}
    assert not heavy & modules
    assert not any(name.startswith(("oakum.images.builders", "oakum.lab", "oakum.template")) for name in modules)
