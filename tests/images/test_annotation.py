from __future__ import annotations

from typing import Any

import pytest

from oakum.images.annotation import KEY, annotate, read
from oakum.images.errors import ConfigError
from oakum.images.resolution import Resolution

RESOLVED = {"resolved": {"url": "a:1", "tag": "1"}}


def _annotated(document: dict[str, Any], *used: Resolution) -> dict[str, Any]:
    annotate(document, used)
    return document


def test_entries_are_sorted_by_url_and_written_once() -> None:
    used = [Resolution("r.io/b", (RESOLVED,)), Resolution("r.io/a", (RESOLVED,)), Resolution("r.io/b", (RESOLVED,))]
    document = _annotated({}, *used)
    assert [entry["url"] for entry in read(document)] == ["r.io/a", "r.io/b"]


def test_a_resource_that_brings_no_news_gets_no_annotation() -> None:
    assert _annotated({"kind": "Pod"}, Resolution("r.io/a")) == {"kind": "Pod"}


def test_what_an_earlier_run_noted_survives_a_second() -> None:
    document = _annotated({}, Resolution("r.io/a", (RESOLVED,)))
    again = _annotated(dict(document), Resolution("r.io/a"))
    assert again == document


def test_other_annotations_stay_whatever_their_type() -> None:
    document = {"metadata": {"name": "x", "annotations": {"n": 5, "s": "t"}}}
    found = _annotated(document, Resolution("r.io/a", (RESOLVED,)))["metadata"]["annotations"]
    assert (found["n"], found["s"], KEY in found) == (5, "t", True)


@pytest.mark.parametrize("metadata", [None, "text", []])
def test_metadata_that_is_no_mapping_is_left_alone(metadata: object) -> None:
    document = {"metadata": metadata}
    assert _annotated(dict(document), Resolution("r.io/a", (RESOLVED,))) == document


@pytest.mark.parametrize(("text", "words"), [
    ("[a", "error converting YAML to JSON: yaml: line 1: did not find expected ',' or ']'"),
    ("{}", "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object into Go value of type "
           "[]cmd.imageStruct"),
])  # fmt: skip
def test_an_annotation_that_lists_no_images_is_an_error_to_read(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read({"metadata": {"annotations": {KEY: text}}})
    assert str(caught.value) == words
