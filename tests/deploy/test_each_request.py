"""Commands killed at any of their writes: the next one converges and the record says what happened.

Being killed at a read is being killed after the write before it.
"""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.deploy.conftest import Place, config_map
from tests.deploy.faults import faulty
from tests.kube.scripted import Reply

from oakum.deploy.app.changes import Changes
from oakum.deploy.app.listing import list_apps
from oakum.deploy.app.recorded import RecordedApp

KAPP = str(Path(sys.executable).with_name("kapp"))
NAMES = ("a", "b")


@dataclass
class Sentence:
    """A kapp process that is killed at a write; `writes` counts them."""

    process: subprocess.Popen[str] | None = None
    writes: int = 0


@contextmanager
def killed(place: Place, folder: Path, at: int, *words: str) -> Iterator[Sentence]:
    """Run `kapp WORDS`, and kill it just when the server does its write number `at` (0: never)."""
    lock, sentence = threading.Lock(), Sentence()
    started = threading.Event()

    def fault(method: str, path: str) -> Reply | None:
        if method == "GET":
            return None if "watch=1" not in path else Reply(404)
        started.wait()
        with lock:
            sentence.writes += 1
            if sentence.writes != at:
                return None
        assert sentence.process is not None
        sentence.process.send_signal(signal.SIGKILL)
        sentence.process.wait()
        return Reply(cut=True)

    with faulty(place.client.transport.config, fault) as config:
        kubeconfig = folder / "kubeconfig"
        kubeconfig.write_text(
            f"{{clusters: [{{name: c, cluster: {{server: '{config.server}'}}}}], current-context: c, "
            f"contexts: [{{name: c, context: {{cluster: c}}}}]}}")
        command = [KAPP, *words, "-n", place.namespace, "-y"]
        with subprocess.Popen(command, env=os.environ | {"KUBECONFIG": str(kubeconfig)}, text=True,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as sentence.process:
            started.set()
            assert sentence.process.stderr is not None
            told = sentence.process.stderr.read()
        assert sentence.process.returncode == (-signal.SIGKILL if 0 < at <= sentence.writes else 0), told
        yield sentence


def documents(value: str) -> str:
    return "".join(f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{k: v{value}}}\n" for name in NAMES)


def wanted(value: str) -> list[dict[str, object]]:
    return [config_map(name, k=f"v{value}") for name in NAMES]


def outcomes(place: Place) -> list[bool | None]:
    """What the history says of each deploy, oldest first; nothing where there is no record yet."""
    if not RecordedApp(place.client, "app", place.namespace).find():
        return []
    return [change.meta.successful for change in Changes(RecordedApp(place.client, "app", place.namespace)).history()]


ONE_BY_ONE = ("--apply-concurrency", "1", "--wait-check-interval", "50ms")


def test_a_first_deploy(place: Place, tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(documents("1"))
    at, over = 0, False
    while not over:
        at += 1
        with killed(place, tmp_path, at, "deploy", "-a", "app", "-f", str(tmp_path / "a.yml"), *ONE_BY_ONE) as sentence:
            over = sentence.writes < at
        before = outcomes(place)
        assert before in ([], [None], [True])
        place.deploy(*wanted("1"))
        assert place.data() == {name: {"k": "v1"} for name in NAMES}
        assert place.deploy(*wanted("1")).rows == []
        assert outcomes(place)[:len(before)] == before
        assert all(outcomes(place)[len(before):])
        place.delete()
    assert at > 8, "record, history and two writes an object"


def test_an_update(place: Place, tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(documents("2"))
    at, over = 0, False
    while not over:
        at += 1
        place.deploy(*wanted("1"), config_map("old", k="v"))
        with killed(place, tmp_path, at, "deploy", "-a", "app", "-f", str(tmp_path / "a.yml"), *ONE_BY_ONE) as sentence:
            over = sentence.writes < at
        before = outcomes(place)
        assert before[0] is True
        assert before[1:] in ([], [None], [True])
        place.deploy(*wanted("2"))
        assert place.data() == {name: {"k": "v2"} for name in NAMES}
        assert place.deploy(*wanted("2")).rows == []
        assert outcomes(place)[:len(before)] == before
        place.delete()
    assert at > 9


def test_a_delete(place: Place, tmp_path: Path) -> None:
    at, over = 0, False
    while not over:
        at += 1
        place.deploy(*wanted("1"))
        with killed(place, tmp_path, at, "delete", "-a", "app", *ONE_BY_ONE) as sentence:
            over = sentence.writes < at
        place.delete()
        assert place.data() == {}
        assert not RecordedApp(place.client, "app", place.namespace).find()
    assert at > 5


def test_a_migration_to_longer_record_names(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yml").write_text(documents("1"))
    at, over = 0, False
    while not over:
        at += 1
        monkeypatch.delenv("KAPP_FQ_CONFIGMAP_NAMES", raising=False)
        place.deploy(*wanted("1"))
        monkeypatch.setenv("KAPP_FQ_CONFIGMAP_NAMES", "true")
        with killed(place, tmp_path, at, "deploy", "-a", "app", "-f", str(tmp_path / "a.yml")) as sentence:
            over = sentence.writes < at
        assert place.deploy(*wanted("1")).rows == []
        assert [app.name for app in list_apps(place.client, place.namespace)] == ["app"]
        place.delete()
    assert at > 2


@pytest.mark.parametrize("words", [
    ("rename", "-a", "app", "--new-name", "other"),
    ("deploy", "-a", "other", "--prev-app", "app", "-f", "a.yml"),
])
def test_a_rename(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yml").write_text(documents("1"))
    at, over = 0, False
    while not over:
        at += 1
        place.deploy(*wanted("1"))
        with killed(place, tmp_path, at, *words) as sentence:
            over = sentence.writes < at
        if RecordedApp(place.client, "app", place.namespace).find():
            with killed(place, tmp_path, 0, *words):
                pass
        assert not RecordedApp(place.client, "app", place.namespace).find()
        assert place.deploy(*wanted("1"), app="other").rows == []
        place.delete("other")
    assert at > 2
