"""Generated documents, expressions and overlays: ours ends with a result or an ordinary error, and as the reference does.

The comparison needs the reference's binary (`make reference`); without it only ours is held to its word. More
examples: `OAKUM_FUZZ_EXAMPLES=100000 pytest tests/cli/ytt/test_generated.py`.
"""
from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from testbed.reference import find

from oakum.cli.command import main
from oakum.cli.ytt import ROOT

REFERENCE = find()
EXAMPLES = settings(max_examples=int(os.environ.get("OAKUM_FUZZ_EXAMPLES", "60")))

TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "yes", "on", "~", "1", "0x1F", "1e3", "1_000", "2020-01-01", "12:30", "- a", "a: b", "a #b", "a\nb\n", " a\n"]),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False), TEXTS)
KEYS = st.sampled_from(["a", "b", "c", "name", "kind", "spec", "a-b", "x.y"])
VALUES = st.recursive(
    SCALARS, lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=3), max_leaves=8
)
DOCUMENTS = st.lists(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4), min_size=1, max_size=3)

ATOMS = st.sampled_from(
    ["0", "1", "-7", "3.5", "1e6", "True", "None", '"ab"', '"é"', "[1, 2]", '{"a": 1}', "(1, 2)", "x", "f", '""', "range(3)"]
)


def _compound(below: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "//", "%", "==", "<", "in", "and", "or", "|", "&", "not in"])
    calls = st.sampled_from(["str", "len", "list", "sorted", "type", "int", "repr", "bool", "min", "reversed", "enumerate", "hash"])
    methods = st.sampled_from(["upper()", "split()", "keys()", 'get("a")', "append(1)", "elems()", 'format(1, a=2)', "index(1)", "pop()"])
    return st.one_of(
        st.tuples(below, operators, below).map(lambda parts: f"({' '.join(parts)})"),
        st.tuples(calls, below).map(lambda parts: f"{parts[0]}({parts[1]})"),
        st.tuples(below, methods).map(lambda parts: f"({parts[0]}).{parts[1]}"),
        st.tuples(below, below).map(lambda parts: f"({parts[0]})[{parts[1]}]"),
        st.tuples(below, below, below).map(lambda parts: f"({parts[0]} if {parts[1]} else {parts[2]})"),
        st.tuples(below, below).map(lambda parts: f"[i for i in {parts[0]} if {parts[1]}]"),
    )


EXPRESSIONS = st.recursive(ATOMS, _compound, max_leaves=6)
ANNOTATIONS = st.sampled_from(
    ["#@overlay/match missing_ok=True", "#@overlay/remove", "#@overlay/replace", "#@overlay/replace or_add=True",
     "#@overlay/match expects=1", "#@overlay/match-child-defaults missing_ok=True", "#@overlay/insert before=True", ""]
)


def check(files: dict[str, str]) -> None:
    """Run ours on `files`, and the reference where it is installed."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            Path(folder, name).write_text(text, encoding="utf-8", errors="surrogateescape")
        arguments = ["-f", folder]
        ours = _ours(arguments)
        assert ours[0] in (0, 1)
        assert "Traceback" not in ours[2]
        if REFERENCE:
            done = subprocess.run([REFERENCE, *arguments], capture_output=True, stdin=subprocess.DEVNULL)
            if done.returncode != 2:  # a panic of the reference has nothing to say
                assert ours == (done.returncode, done.stdout.decode(errors="surrogateescape"), done.stderr.decode())


def _ours(arguments: list[str]) -> tuple[int, str, str]:
    out, err = io.BytesIO(), io.BytesIO()
    streams = {"stdout": io.TextIOWrapper(out, write_through=True), "stderr": io.TextIOWrapper(err, write_through=True)}
    with patch.multiple(sys, **streams):
        status = main(ROOT, arguments, truncate=True)
    return status, out.getvalue().decode(errors="surrogateescape"), err.getvalue().decode(errors="surrogateescape")


def yaml_of(documents: list[dict[str, object]]) -> str:
    """Documents as JSON, which is YAML."""
    return "".join(f"---\n{json.dumps(document)}\n" for document in documents)


@EXAMPLES
@given(DOCUMENTS)
def test_documents_are_printed(documents):
    check({"config.yml": yaml_of(documents)})


@EXAMPLES
@given(st.text(st.sampled_from("ab:-#@ \n\t'\"|>[]{},&*!%1.0~?"), max_size=40))
def test_any_text_is_a_document_or_an_error(text):
    check({"config.yml": text})


@EXAMPLES
@given(st.lists(EXPRESSIONS, min_size=1, max_size=3))
def test_expressions_are_evaluated(expressions):
    lines = "".join(f"v{number}: #@ {expression}\n" for number, expression in enumerate(expressions))
    check({"config.yml": f"#@ x = 5\n#@ def f(a=1): return a\n---\n{lines}"})


@EXAMPLES
@given(DOCUMENTS, st.dictionaries(KEYS, st.tuples(ANNOTATIONS, SCALARS | st.dictionaries(KEYS, SCALARS, max_size=2)), min_size=1, max_size=3))
def test_overlays_are_applied(documents, changes):
    items = "".join(f"{annotation}\n{key}: {json.dumps(value)}\n" for key, (annotation, value) in changes.items())
    overlay = '#@ load("@ytt:overlay", "overlay")\n#@overlay/match by=overlay.all, expects="0+"\n---\n'
    check({"config.yml": yaml_of(documents), "overlay.yml": overlay + items})


@pytest.mark.skipif(not REFERENCE, reason="needs the reference ytt: make reference")
def test_the_reference_is_what_is_compared_with():
    done = subprocess.run([REFERENCE, "version"], capture_output=True, text=True)
    assert done.stdout.startswith("ytt version")
