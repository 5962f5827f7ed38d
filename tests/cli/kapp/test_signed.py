"""`--verify-key`: what is deployed runs only images that a key has signed."""
from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.cli.kapp.conftest import Kapp
from tests.registry.conftest import Host

from oakum.images.signing import cosign

POD = """\
apiVersion: v1
kind: PodTemplate
metadata: {{name: web}}
template:
  spec:
    containers:
    - name: web
      image: {image}
"""
KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(autouse=True)
def key(kapp: Kapp) -> None:
    del kapp  # it has gone to the folder of the test
    pem = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    Path("cosign.pub").write_bytes(pem)


def image_of(registry: Host, *, signed: bool) -> str:
    name = f"app@{registry.push_image('app:1').digest}"
    if signed:
        cosign.sign(registry.transport, registry.ref(name), KEY)
    return f"{registry.address}/{name}"


def test_a_signed_image_is_deployed(kapp: Kapp, registry: Host) -> None:
    text = POD.format(image=image_of(registry, signed=True))
    assert "Succeeded" in kapp.deploys(text, "--verify-key", "cosign.pub")


def test_an_unsigned_image_is_refused_and_nothing_is_applied(kapp: Kapp, registry: Host) -> None:
    image = image_of(registry, signed=False)
    told = kapp.deploy_fails(POD.format(image=image), "--verify-key", "cosign.pub")
    assert f"Expected '{image}' to be signed by the key 'cosign.pub', but it is not" in told
    assert "PodTemplate" not in kapp("inspect", "-a", "app")[1]


def test_an_image_named_by_tag_is_refused_before_any_registry_is_asked(kapp: Kapp) -> None:
    told = kapp.deploy_fails(POD.format(image="127.0.0.1:1/app:1"), "--verify-key", "cosign.pub")
    assert "Expected image '127.0.0.1:1/app:1' of podtemplate/web (v1)" in told
    assert "to be named by digest" in told


def test_each_app_of_a_group_is_held_to_the_key(kapp: Kapp, registry: Host) -> None:
    text = POD.format(image=image_of(registry, signed=False))
    told = kapp.fails("app-group", "deploy", "-g", "group", "-d", "apps", "-y", "--verify-key", "cosign.pub",
                      files={"apps/one/a.yml": text})
    assert "to be signed by the key" in told


def test_a_key_that_is_none_is_named(kapp: Kapp, registry: Host) -> None:
    Path("bad.pub").write_text("no key\n")
    told = kapp.deploy_fails(POD.format(image=image_of(registry, signed=True)), "--verify-key", "bad.pub")
    assert "bad.pub" in told
