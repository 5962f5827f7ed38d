"""Overlays among the results of whole runs."""
from __future__ import annotations

import pytest

from oakum.template.files import FileKind, InputFile
from oakum.template.overlay import OverlayError
from oakum.template.render import render
from oakum.yaml.emitter import emit

LOAD = '#@ load("@ytt:overlay", "overlay")\n'


def run(**files: str) -> dict[str, str]:
    """The texts that the files (names without `.yml`) come to."""
    given = [
        InputFile(f"{name}.yml", text.encode, FileKind.YAML, order=order)
        for order, (name, text) in enumerate(files.items())
    ]
    return {each.path.removesuffix(".yml"): emit(each.documents) for each in render(given).files}


def test_overlays_are_no_results_themselves() -> None:
    assert run(a="x: 1", z=LOAD + "#@overlay/match by=overlay.all\n---\nx: 2") == {"a": "x: 2\n"}


def test_a_file_that_overlays_empty_stays() -> None:
    overlay = LOAD + '#@overlay/match by=overlay.subset({"x": 1})\n#@overlay/remove\n---\n'
    assert run(a="x: 1", b="x: 2", z=overlay) == {"a": "", "b": "x: 2\n"}


def test_a_fragment_that_is_used_twice_is_overlaid_once() -> None:
    base = "#@ def f():\nv: [1]\n#@ end\n#@ x = f()\na: #@ x\nb: #@ x\n"
    overlay = LOAD + "#@overlay/match by=overlay.all\n---\na:\n  v: [2]\n"
    assert run(a=base, z=overlay) == {"a": "a:\n  v:\n  - 1\n  - 2\nb:\n  v:\n  - 1\n"}


def test_replaced_items_that_are_used_twice_are_overlaid_once() -> None:
    base = (
        '#@ load("@ytt:template", "template")\n#@ def f():\nv: {w: 1}\n#@ end\n#@ x = f()\n'
        "a:\n  _: #@ template.replace(x)\nb:\n  _: #@ template.replace(x)\n"
    )
    overlay = LOAD + "#@overlay/match by=overlay.all\n---\na:\n  v: {w: 2}\n"
    assert run(a=base, z=overlay) == {"a": "a:\n  v:\n    w: 2\nb:\n  v:\n    w: 1\n"}


def test_the_message_lists_the_files_with_overlays() -> None:
    with pytest.raises(OverlayError) as caught:
        run(a="x: 1", y=LOAD + "#@overlay/match by=overlay.all\n---\nx: 2", z="#@overlay/match missing_ok=True\n---\n")
    assert str(caught.value).startswith("Overlaying (in following order: y.yml, z.yml): Document on line z.yml:2: ")
