"""Whatever shape objects have, in files or in the cluster, a command ends with success or one message.

In a cluster that stores anything, one part of one object is replaced by something else, and a command is run over it.
`OAKUM_FUZZ_EXAMPLES=5000` looks at more of the millions of combinations.
"""
from __future__ import annotations

import copy
import io
import json
import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.cli.kapp.stored import Stored
from tests.cli.kapp.world import CHANGE, CONFIG, KINDS, RECORD, application, records, wanted

import oakum.kube
from oakum.cli.kapp import ROOT
from oakum.cli.program import main
from oakum.kube.client import Client

ODD: list[Any] = [None, 0, 1.5, 2**70, True, "", "text", "x\0y", "Ω" * 300, [], [None], [1], ["a"], [{}], [[1]], {}, {"a": None}, {"a": "b"},
                  {"a": {"b": [1]}}, "2024-13-45T99:00:00Z", "[1]", "-1"]
HASTE = ("--wait-timeout", "10ms", "--apply-timeout", "10ms", "--apply-check-interval", "5ms", "--wait-check-interval", "5ms")
DEPLOY = ("deploy", "-a", "app", "-f", "wanted.json")
READING = [
    ("inspect", "-a", "app"), ("inspect", "-a", "app", "--tree"), ("inspect", "-a", "app", "--status", "--tty"),
    ("inspect", "-a", "app", "--raw", "--filter-labels", "a!=b"), ("ls", "-A", "--tty"), ("app-change", "ls", "-a", "app"),
    ("config-map", "ls", "-a", "app", "--values"), ("service-account", "ls", "-a", "app"), ("label", "-a", "app"),
    ("tools", "list-labels", "--accessor", "ownerrefs", "--values"), ("tools", "list-labels", "--accessor", "annotations", "--values"),
    ("logs", "-a", "app"), (*DEPLOY, "--diff-run", "-c", "--diff-changes-yaml"), (*DEPLOY, "-f", "config.json", "--diff-run", "-c")]
WRITING = [
    (*DEPLOY, "-y", "--logs=false", *HASTE), (*DEPLOY, "-f", "config.json", "-y", "--logs=false", *HASTE),
    (*DEPLOY, "-y", "--logs=false", "--server-side", *HASTE), (*DEPLOY, "-y", "--logs=false", "--wait-strict", "--lock", *HASTE),
    (*DEPLOY, "-y", "--preflight", "CRDUpgradeSafety,PermissionValidation", *HASTE), ("delete", "-a", "app", "-y", *HASTE),
    ("rename", "-a", "app", "--new-name", "b", "-y"), ("app-change", "gc", "-a", "app", "--max", "0", "-y")]
OFFLINE = [("tools", "inspect", "-f", "wanted.json"), ("tools", "inspect", "-f", "wanted.json", "--raw"),
           ("tools", "diff", "-f", "wanted.json", "--file2", "good.json", "-c"), ("tools", "diff", "-f", "good.json", "--file2", "wanted.json", "-c")]
DEPLOYING = [(*DEPLOY, "--diff-run", "-c", "--explain-errors"), (*DEPLOY, "-y", "--logs=false", *HASTE),
             (*DEPLOY, "-y", "--logs=false", "--server-side", "--preflight", "CRDUpgradeSafety,PermissionValidation", *HASTE)]
PYTHON = re.compile(r"Traceback|object has no attribute|not subscriptable|NoneType|not iterable|<class '|unhashable|no file name here")
"""What only our own failures say."""
EXAMPLES = settings(max_examples=int(os.environ.get("OAKUM_FUZZ_EXAMPLES", "60")))

Way = tuple[str | int, ...]
Damage = tuple[int, Way, Any]


def ways(value: Any, way: Way = ()) -> Iterator[Way]:
    """The way to each part of a value."""
    yield way
    for key, below in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from ways(below, (*way, key))


def replaced(value: Any, way: Way, by: Any) -> Any:
    """A copy of `value` with something else at the end of `way`; `...` for nothing at all."""
    if not way:
        return by
    out = copy.copy(value)
    if by is ... and len(way) == 1:
        del out[way[0]]
    else:
        out[way[0]] = replaced(value[way[0]], way[1:], by)
    return out


def damages(bodies: Sequence[Any], *fixed: Way) -> st.SearchStrategy[list[Damage]]:
    """Some bodies, each with the place of its damage (not one of the `fixed`) and what is there instead."""
    places = [(at, way) for at, body in enumerate(bodies) for way in ways(body) if way not in fixed and way]
    one = st.tuples(st.sampled_from(places), st.sampled_from([..., *ODD])).map(lambda both: (*both[0], both[1]))
    return st.lists(one, min_size=1, max_size=8, unique_by=lambda damage: damage[0])


def damaged(bodies: Sequence[Any], damages: Sequence[Damage]) -> list[Any]:
    """Copies of the bodies, damaged."""
    out = list(bodies)
    for at, way, by in damages:
        out[at] = replaced(out[at], way, by)
    return out


@contextmanager
def cluster(objects: Sequence[Any]) -> Iterator[None]:
    """Commands meet a cluster with these objects, whose threads must not fail either."""
    failures: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading, "excepthook", failures.append)
        patch.setattr(oakum.kube, "connect", lambda *a, **k: Client(Stored(KINDS, copy.deepcopy(list(objects)))))  # type: ignore[arg-type]
        yield
    assert not failures


def ends_well(words: Sequence[str]) -> str:
    """Run a command; returns its error, empty where it succeeds."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(ROOT, words)
    told = err.getvalue()
    assert status in (0, 1)
    assert bool(told) == bool(status)
    assert not status or re.match(r"kapp: Error: \S", told)
    assert not PYTHON.search(told)
    assert not PYTHON.search(out.getvalue())
    return told


@pytest.fixture(scope="module", autouse=True)
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A folder with the application's documents, and a kubeconfig."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("damaged"))
        Path("kubeconfig").write_text("{clusters: [{name: c, cluster: {server: 'http://stored'}}], current-context: c, "
                                      "contexts: [{name: c, context: {cluster: c}}]}")
        patch.setenv("KUBECONFIG", "kubeconfig")
        given_files(wanted())
        Path("good.json").write_text(as_yaml(wanted()))
        Path("config.json").write_text(json.dumps(CONFIG))
        yield


def as_yaml(bodies: Sequence[Any]) -> str:
    return "\n---\n".join(map(json.dumps, bodies))


def given_files(bodies: Sequence[Any]) -> None:
    Path("wanted.json").write_text(as_yaml(bodies))


IN_CLUSTER = [*application(), *records()]


@EXAMPLES
@given(damages(IN_CLUSTER, ("apiVersion",), ("kind",), ("metadata",), ("metadata", "name"), ("metadata", "namespace")),
       st.sampled_from(READING + WRITING))
@example([(0, ("metadata", "annotations", "kapp.k14s.io/original"), "[1]")], (*DEPLOY, "--diff-run", "-c"))
def test_objects_of_any_shape_in_the_cluster(found: list[Damage], words: tuple[str, ...]) -> None:
    given_files(wanted())
    with cluster(damaged(IN_CLUSTER, found)):
        ends_well(words)


@EXAMPLES
@given(damages([RECORD, CHANGE]), st.sampled_from(READING + WRITING))
def test_records_of_any_shape(found: list[Damage], words: tuple[str, ...]) -> None:
    given_files(wanted())
    record, change = damaged([RECORD, CHANGE], found)
    with cluster([*application(), *records(json.dumps(record), json.dumps(change))]):
        ends_well(words)


@EXAMPLES
@given(damages(wanted()), st.sampled_from(OFFLINE + DEPLOYING))
@example([(0, ("metadata", "annotations", "kapp.k14s.io/change-group"), None)], DEPLOYING[0])
def test_documents_of_any_shape(found: list[Damage], words: tuple[str, ...]) -> None:
    given_files(damaged(wanted(), found))
    with cluster(IN_CLUSTER):
        ends_well(words)


@EXAMPLES
@given(damages([CONFIG]), st.sampled_from(DEPLOYING))
@example([(0, ("diffAgainstExistingFieldExclusionRules", 0, "path"), [])], DEPLOYING[0])
def test_configurations_of_any_shape(found: list[Damage], words: tuple[str, ...]) -> None:
    given_files([*damaged([CONFIG], found), *wanted()])
    with cluster(IN_CLUSTER):
        ends_well(words)


@pytest.mark.parametrize("words", READING + WRITING + OFFLINE + DEPLOYING, ids=" ".join)
def test_undamaged_they_get_as_far_as_waiting_or_asking_for_rights(words: tuple[str, ...]) -> None:
    """Or little of what is damaged above would ever be met."""
    given_files(wanted())
    with cluster(IN_CLUSTER):
        told = ends_well(words)
    assert not told or re.match(r"kapp: Error: (Timed out waiting|preflight checks failed)", told)
