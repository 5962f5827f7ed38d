"""Deploys that end at any moment, and deploys by chance: the next one converges, and a model agrees."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.deploy.conftest import Place, config_map

from oakum.deploy.app.changes import Changes
from oakum.deploy.app.recorded import RecordedApp
from oakum.deploy.lease import LEASES
from oakum.kube.client import CONFIG_MAPS

NAMES = ["a", "b", "c"]
STEP = st.one_of(
    st.tuples(st.just("deploy"), st.dictionaries(st.sampled_from(NAMES), st.sampled_from("12"), min_size=1)),
    st.tuples(st.just("drift"), st.dictionaries(st.sampled_from(NAMES), st.sampled_from("xy"), min_size=1, max_size=1)),
    st.tuples(st.just("lose"), st.dictionaries(st.sampled_from(NAMES), st.just(""), min_size=1, max_size=1)),
    st.tuples(st.sampled_from(["rename", "delete"]), st.just({})))


@pytest.mark.parametrize("writes", [1, 3, 5, 8])
def test_after_being_killed_the_next_deploy_converges(place: Place, target: Any, tmp_path: Path, writes: int) -> None:
    file = tmp_path / "app.yml"
    file.write_text("".join(f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: k{n}}}\ndata: {{k: v1}}\n"
                            for n in range(6)))
    command = [str(Path(sys.executable).with_name("kapp")), "deploy", "-a", "app", "-n", place.namespace, "-y",
               "-f", str(file), "--apply-concurrency", "1"]
    process = subprocess.Popen(command, env=os.environ | dict(target.environment), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        if len(place.client.list(CONFIG_MAPS, place.namespace).items) >= writes:
            process.send_signal(signal.SIGKILL)
            break
    process.wait()
    place.deploy(*(config_map(f"k{n}", k="v1") for n in range(6)))
    assert place.data() == {f"k{n}": {"k": "v1"} for n in range(6)}
    assert place.deploy(*(config_map(f"k{n}", k="v1") for n in range(6))).rows == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_deploy_that_is_asked_to_end_says_so_in_the_record_and_leaves_no_lock(place: Place, target: Any, tmp_path: Path,
                                                                               number: signal.Signals, status: int) -> None:
    file = tmp_path / "app.yml"
    file.write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {nodeSelector: {no: such}, containers: [{name: c, image: a}]}\n")
    command = [str(Path(sys.executable).with_name("kapp")), "deploy", "-a", "app", "-n", place.namespace, "-y", "--lock",
               "-f", str(file)]
    # A shell's job in the background is begun with Ctrl-C ignored, and the tests may be such a job.
    with subprocess.Popen(command, env=os.environ | dict(target.environment), stdout=subprocess.PIPE, text=True,
                          preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler)) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "ongoing: reconcile pod/p" in line:
                process.send_signal(number)
    assert process.returncode == status
    assert RecordedApp(place.client, "app", place.namespace).meta.last_change.successful is False
    assert place.client.list(LEASES, place.namespace).items == []


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(STEP, min_size=2, max_size=5), number=st.uuids())
def test_whatever_happens_between_deploys_the_last_one_decides(place: Place, steps: list[tuple[str, dict[str, str]]],
                                                               number: object) -> None:
    app = f"app-{number}"
    prefix = str(number)[:8]
    there: set[str] = set()
    deploys = 0
    for step, objects in [*steps, ("deploy", {"a": "1"})]:
        named = {f"{prefix}-{name}": value for name, value in objects.items()}
        if step == "deploy":
            place.deploy(*(config_map(name, k=value) for name, value in named.items()), app=app)
            there = set(named)
            deploys += 1
            have = {n: d["k"] for n, d in place.data().items() if n.startswith(prefix)}
            assert have == named
        elif step == "rename" and deploys:
            RecordedApp(place.client, app, place.namespace).rename(app := f"{app}x", place.namespace)
        elif step == "delete" and deploys:
            place.delete(app)
            there, deploys = set(), 0
            assert not [n for n in place.data() if n.startswith(prefix)]
        for name in there & set(named):
            if step == "drift":
                place.client.patch(CONFIG_MAPS, name, {"data": {"k": named[name]}}, "merge", place.namespace)
            elif step == "lose":
                place.client.delete(CONFIG_MAPS, name, place.namespace)
                there.discard(name)
    history = Changes(RecordedApp(place.client, app, place.namespace)).history()
    assert all(change.meta.successful for change in history)
    assert len(history) <= deploys, "a deploy that changes nothing leaves no record"
    place.delete(app)
    assert not [n for n in place.data() if n.startswith(prefix)]
