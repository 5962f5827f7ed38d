"""Signatures handed to and taken from the real cosign, where it is installed."""
from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.registry.conftest import Host

from oakum.images.signing import cosign, keys

pytestmark = pytest.mark.skipif(shutil.which("cosign") is None, reason="cosign is not installed")
_OFFLINE = ("--insecure-ignore-tlog=true", "--allow-insecure-registry")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.chdir(tmp_path)
    environ = {**os.environ, "HOME": str(tmp_path), "COSIGN_PASSWORD": "secret"}

    def call(*arguments: str) -> int:
        return subprocess.run(["cosign", *arguments], env=environ, capture_output=True, check=False).returncode

    return call


@pytest.mark.parametrize("make", ["cosign", "ed25519", "rsa", "ec"])
def test_cosign_verifies_what_was_signed_here_and_the_other_way_round(
    run: Callable[..., int], registry: Host, make: str
) -> None:
    assert run("generate-key-pair") == 0
    assert run("generate-key-pair", "--output-key-prefix", "own") == 0
    ours = "own.key" if make == "cosign" else _openssl(make)
    digest = registry.push_image("app:1").digest
    ref = registry.ref(f"app@{digest}")
    cosign.sign(registry.transport, ref, keys.load_private(ours, "secret"))
    public = ours.replace(".key", ".pub")
    assert run("verify", "--key", public, *_OFFLINE, str(ref)) == 0
    assert run("verify", "--key", "cosign.pub", *_OFFLINE, str(ref)) != 0
    assert not cosign.verify(registry.transport, ref, keys.load_public("cosign.pub"))
    assert run("sign", "--yes", "--tlog-upload=false", "--allow-insecure-registry", "--key", "cosign.key", str(ref)) == 0
    assert cosign.verify(registry.transport, ref, keys.load_public("cosign.pub"))
    assert run("verify", "--key", public, *_OFFLINE, str(ref)) == 0


def _openssl(kind: str) -> str:
    made = ["-algorithm", kind] if kind != "ec" else ["-algorithm", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"]
    subprocess.run(["openssl", "genpkey", *made, "-out", "plain.key"], check=True, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", "plain.key", "-pubout", "-out", "plain.pub"], check=True, capture_output=True)
    return "plain.key"
