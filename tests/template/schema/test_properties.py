"""What holds for every schema, whatever its sample."""
from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from oakum.template.annotation import Annotation
from oakum.template.schema import Schema
from oakum.yaml.emitter import emit
from oakum.yaml.nodes import Array, ArrayItem, Document, Map, MapItem, Value

few = settings(max_examples=40)
SCALARS = st.booleans() | st.integers(-9, 9) | st.floats(0, 1) | st.text(max_size=3)
MARKS = st.sampled_from([None, "schema/nullable"])


def _map(entries: dict[str, tuple[Value, str | None]]) -> Value:
    return Map([_marked(MapItem(key, value), mark) for key, (value, mark) in entries.items()])


def _marked(item: MapItem, mark: str | None) -> MapItem:
    if mark:
        item.annotations = {mark: Annotation()}
    return item


SAMPLES = st.recursive(
    SCALARS,
    lambda below: st.dictionaries(st.sampled_from("abcd"), st.tuples(below, MARKS), max_size=4).map(_map)
    | below.map(lambda value: Array([ArrayItem(value)])),
    max_leaves=8,
)


@few
@given(SAMPLES)
def test_the_defaults_conform(sample: Value) -> None:
    schema = Schema.from_document(Document(sample))
    defaults = schema.default_document()
    before = emit(defaults)
    schema.conform(defaults)
    assert emit(defaults) == before


@few
@given(SAMPLES)
def test_a_sample_conforms_to_its_own_schema(sample: Value) -> None:
    Schema.from_document(Document(sample)).conform(Document(sample))


@few
@given(SAMPLES, st.randoms(use_true_random=False))
def test_what_was_left_out_comes_back_as_a_default(sample: Value, chance: Any) -> None:
    schema = Schema.from_document(Document(sample))
    partial = schema.default_document()
    _thin(partial.value, chance)
    schema.conform(partial)
    complete = emit(partial)
    schema.conform(partial)
    assert emit(partial) == complete
    assert _sorted(partial.value) == _sorted(schema.default_document().value)


@few
@given(SAMPLES)
def test_every_schema_can_be_exported(sample: Value) -> None:
    schema = Schema.from_document(Document(sample))
    assert emit(schema.openapi()).startswith("openapi: 3.0.0\n")
    assert emit(schema.json_schema()).startswith("$schema: https://json-schema.org/")


def _thin(value: Value, chance: Any) -> None:
    """Leave out some items of maps."""
    if isinstance(value, Map):
        value.items = [item for item in value.items if chance.random() < 0.6]
        for item in value.items:
            _thin(item.value, chance)


def _sorted(value: Value) -> Any:
    if isinstance(value, Map):
        return sorted((item.key, _sorted(item.value)) for item in value.items)
    if isinstance(value, Array):
        return ["array", *(_sorted(item.value) for item in value.items)]
    return repr(value)
