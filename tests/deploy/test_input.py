from __future__ import annotations

import os
from pathlib import Path

import pytest

from oakum.deploy.errors import InputError
from oakum.deploy.input import open_sources
from oakum.yaml.locate import Place


def test_a_folder_that_may_not_be_read_is_an_error_not_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("d/closed").mkdir(parents=True)
    Path("d/closed").chmod(0)
    tmp_path.chmod(0o755)
    user = os.geteuid()
    if not user:
        os.seteuid(65534)  # root reads everything
    try:
        with pytest.raises(InputError, match="^Listing files 'd': open d/closed: permission denied$"):
            list(open_sources(["d"]))
    finally:
        os.seteuid(user)


REJECTED = """\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Service
  metadata: {name: q}
  spec:
    ports:
    - port: 70000
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data:
  a: 1
"""


@pytest.mark.parametrize(
    ("number", "path", "line", "whole"),
    [(0, "spec.ports[0].port", 9, True), (0, "spec.ports[0].targetPort", 9, False), (0, "spec.selector", 7, False),
     (1, "data.a", 15, True), (1, "metadata.labels", 13, False)],
)
def test_fields_are_found_in_their_file_or_else_what_they_belong_to(
    tmp_path: Path, number: int, path: str, line: int, whole: bool
) -> None:
    file = tmp_path / "a.yml"
    file.write_text(REJECTED)
    resource = [r for source in open_sources([str(file)]) for r in source.resources()][number]
    assert resource.origin is not None
    assert resource.origin.locate(path) == Place(str(file), line, whole)


@pytest.mark.parametrize(("path", "why"), [("missing.yml", "no such file or directory"), ("a.yml/x", "not a directory")])
def test_a_file_that_is_not_there_is_told_as_by_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, why: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yml").write_text("")
    with pytest.raises(InputError, match=f"^stat {path}: {why}$"):
        list(open_sources([path]))


def test_objects_with_lines_alike_share_nothing(tmp_path: Path) -> None:
    one = "kind: A\nmetadata: {name: a, labels: {x: v}}\nlist: [1, {b: c}]\n"
    file = tmp_path / "a.yml"
    file.write_text(f"{one}---\n{one}---\n{one}more: &a [2]\nagain: *a\n")
    first, second, third = (r.body for source in open_sources([str(file)]) for r in source.resources())
    first["metadata"]["labels"]["x"], first["list"][1]["b"] = "other", "other"
    assert second == {"kind": "A", "metadata": {"name": "a", "labels": {"x": "v"}}, "list": [1, {"b": "c"}]}
    assert third == {**second, "more": [2], "again": [2]}


@pytest.mark.parametrize(("item", "kind"), [("5", "number"), ("text", "string"), ("[]", "array"), ("", "null"), ("y", "bool")])
def test_an_item_of_a_list_that_is_no_object_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, item: str, kind: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yml").write_text(f"# one\n---\nkind: List\nitems:\n- {{kind: A}}\n- {item}\n")
    with pytest.raises(InputError) as caught:
        next(open_sources(["a.yml"])).resources()
    assert str(caught.value) == f"Expected item 1 of list to be an object, but was {kind} (file 'a.yml' doc 2)"
    assert caught.value.places == ["items[1] is set at a.yml:6"]


@pytest.mark.parametrize("text", ["a: [", "text", "[1]", "{? a}: \tb"])
def test_where_a_document_begins_that_cannot_be_read_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yml").write_text(f"kind: A\n---\n# two\n---\n{text}\n")
    with pytest.raises(InputError) as caught:
        next(open_sources(["a.yml"])).resources()
    assert caught.value.places == ["the document begins at a.yml:5"]
