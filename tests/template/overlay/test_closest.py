from __future__ import annotations

from collections.abc import Callable

import pytest

from oakum.starlark import Dict
from oakum.template.overlay import OverlayError, apply_documents
from oakum.yaml.nodes import DocumentSet

Read = Callable[..., DocumentSet]

BASE = "kind: Deployment\nmetadata: {name: shop}\nspec:\n  containers: [{name: web}, {name: proxy}]\n"


@pytest.fixture
def closest(read: Read) -> Callable[[str], list[str]]:
    """What comes closest to an overlay over BASE that matches nothing."""

    def closest(text: str) -> list[str]:
        with pytest.raises(OverlayError) as caught:
            apply_documents([read(BASE, "base.yml")], read(f"---\n{text}", "o.yml", Dict=Dict).items[1:])
        return caught.value.closest

    return closest


def test_a_document_shows_what_it_lacks(closest: Callable[[str], list[str]]) -> None:
    text = "#@overlay/match by=overlay.subset(Dict([('kind', 'Deployment'), ('metadata', Dict([('name', 'shp')]))]))\n---"
    assert closest(text) == ["base.yml:1: metadata.name is shop, not shp"]


def test_a_mistyped_key_shows_the_one_that_is_meant(closest: Callable[[str], list[str]]) -> None:
    assert closest("#@overlay/match by=overlay.all\n---\nspeck: {}") == ["base.yml:3: did you mean the key 'spec'?"]
    assert closest("#@overlay/match by=overlay.all\n---\nzzzzzz: {}") == [
        "the keys there are: 'kind', 'metadata', 'spec'"
    ]


def test_an_array_item_shows_the_other_values_of_its_key(closest: Callable[[str], list[str]]) -> None:
    text = "#@overlay/match by=overlay.all\n---\nspec:\n  containers:\n  #@overlay/match by='name'\n  - name: wbe"
    assert closest(text) == ["base.yml:4: name is web, not wbe", "base.yml:4: name is proxy, not wbe"]


def test_the_nearest_of_several_documents_comes_first(closest: Callable[[str], list[str]], read: Read) -> None:
    text = "#@overlay/match by=overlay.subset(Dict([('kind', 'A'), ('x', 1)]))\n---"
    with pytest.raises(OverlayError) as caught:
        apply_documents([read("kind: B\n---\nkind: A", "b.yml")], read(text, Dict=Dict).items[1:])
    assert caught.value.explained().splitlines()[1:] == [
        "  closest: b.yml:2: has no x",
        "  closest: b.yml:1: kind is B, not A; has no x",
    ]
