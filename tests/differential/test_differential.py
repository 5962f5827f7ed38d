"""The lab answers as a real API server does, but for the exchanges listed with their reasons in differences.yml.

Needs both: `pytest --target testbed tests/differential`. The list only shrinks: an exchange on it that answers alike fails too.
"""
from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
import yaml

from oakum.lab.api.protobuf import decode

HERE = Path(__file__).parent
spec = importlib.util.spec_from_file_location("differential_play", HERE / "play.py")
play = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = play
spec.loader.exec_module(play)

KNOWN = yaml.safe_load((HERE / "differences.yml").read_text()) or {}
SCRIPTS = play.scripts()


@pytest.fixture(scope="module")
def servers(target):
    if target.name != "testbed":
        pytest.skip("compares the lab with a real server: needs --target testbed")
    from oakum.lab import Lab

    with Lab() as lab:
        yield play.Server.of(lab.kubeconfig), play.Server.of(target.kubeconfig)


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_lab_answers_as_the_real_server(servers, name):
    found = play.compare(*servers, SCRIPTS[name])
    known = set(KNOWN.get(name, {}))
    told = "\n".join(f"{number} {SCRIPTS[name]['steps'][number]['do']}: {line}" for number, lines in found.items() for line in lines)
    assert set(found) == known, f"listed: {sorted(known)}, found: {sorted(found)}\n{told}"


def test_the_table_of_protobuf_reads_what_the_real_server_writes(servers):
    _, real = servers
    namespace = f"diff-proto-{play.uuid.uuid4().hex[:8]}"
    bodies = list(yaml.safe_load_all((HERE / "protobuf.yml").read_text()))
    play.send(real, "POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
    try:
        for body in bodies:
            plural = f"{body['kind'].lower()}s"
            prefix = "/api/v1" if body["apiVersion"] == "v1" else f"/apis/{body['apiVersion']}"
            path = f"{prefix}/namespaces/{namespace}/{plural}"
            made = play.send(real, "POST", path, body)
            assert made.status == 201, made.body
            path = f"{path}/{body['metadata']['name']}"
            read = decode(play.fetched(real, path, "application/vnd.kubernetes.protobuf"))
            assert play.differences(without_status(read), without_status(play.send(real, "GET", path).body)) == []
    finally:
        play.send(real, "DELETE", f"/api/v1/namespaces/{namespace}")


def without_status(obj):
    """What clients send: no status, and of claims in a StatefulSet neither kind nor status."""
    claims = obj.get("spec", {}).get("volumeClaimTemplates") or []
    for claim in claims:
        for key in ("apiVersion", "kind", "status"):
            claim.pop(key, None)
    return {key: value for key, value in obj.items() if key not in ("status", "metadata")}


def test_the_scripts_hold_at_least_1500_exchanges():
    assert sum(len(script["steps"]) for script in SCRIPTS.values()) >= 1500


def test_every_listed_difference_names_an_exchange_and_a_reason():
    for name, steps in KNOWN.items():
        for number, reason in steps.items():
            assert SCRIPTS[name]["steps"][number], name
            assert reason.strip(), name
