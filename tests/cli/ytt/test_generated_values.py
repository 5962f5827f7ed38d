"""Generated data values, schemas and overlays in one run come to what they come to with the reference, errors included."""
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.cli.ytt.differential import EXAMPLES, check

KEYS = st.sampled_from(["a", "b", "c", "name", "spec"])
SCALARS = st.sampled_from(["1", "2", "0", "1.5", "x", "y z", '""', "true", "false", "null", '"1"'])
MATCHERS = [
    "by=overlay.all", 'by="name"', "by=overlay.index(0)", 'by=overlay.subset({"name": "x"})', 'by=overlay.map_key("a")',
    "by=lambda i, l, r: l == r", 'by=overlay.or_op(overlay.index(0), overlay.subset({"a": 1}))', "by=overlay.not_op(overlay.index(0))",
]  # fmt: skip
COUNTS = ["missing_ok=True", 'expects="0+"', "expects=1", "expects=[0, 2]", "when=1", "expects=lambda n: n < 2"]
OPERATIONS = [
    "@overlay/remove", "@overlay/replace", "@overlay/replace or_add=True", "@overlay/replace via=lambda l, r: r", "@overlay/append",
    "@overlay/insert before=True", "@overlay/insert after=True", "@overlay/assert", "@overlay/assert via=lambda l, r: l != r", "@overlay/merge",
]  # fmt: skip
OVERLAY_NOTES = st.one_of(
    st.just([]),
    st.lists(st.sampled_from([*OPERATIONS, "@overlay/match-child-defaults missing_ok=True", '@overlay/match-child-defaults expects="0+"']), max_size=1),
    st.tuples(
        st.lists(st.sampled_from(MATCHERS), max_size=1), st.lists(st.sampled_from(COUNTS), max_size=1), st.lists(st.sampled_from(OPERATIONS), max_size=1)
    ).map(lambda parts: [f"@overlay/match {', '.join([*parts[0], *parts[1]])}".rstrip(), *parts[2]]),
)  # fmt: skip
SCHEMA_NOTES = st.lists(
    st.sampled_from(
        ["@schema/nullable", "@schema/type any=True", "@schema/default 1", "@schema/default []", '@schema/default {"a": 1}', '@schema/title "t"',
         '@schema/desc "d"', '@schema/deprecated "p"', '@schema/examples ("e", 1)', "@schema/validation min=1", "@schema/validation min_len=1",
         "@schema/validation not_null=True", '@schema/validation one_of=[1, "x"]', "@schema/validation one_not_null=True",
         '@schema/validation ("odd", lambda v: v == 1)', "@schema/validation max=1, when=lambda v, ctx: ctx.root != None"]
    ),
    max_size=2, unique_by=lambda note: note.split()[0],
)  # fmt: skip
VALUE_NOTES = st.lists(st.sampled_from(["@assert/validate min=1", '@assert/validate ("x", lambda v: v != 2)']), max_size=1)
NO_NOTES = st.just([])


def block(notes: st.SearchStrategy[list[str]], depth: int = 3) -> st.SearchStrategy[list[str]]:
    """Lines of a map or an array, its items annotated."""
    below = st.one_of(SCALARS, block(notes, depth - 1)) if depth else SCALARS
    pairs = st.lists(st.tuples(KEYS, notes, below), min_size=1, max_size=3, unique_by=lambda item: item[0])
    elements = st.lists(st.tuples(notes, below), min_size=1, max_size=2)
    return st.one_of(
        pairs.map(lambda items: [line for key, above, value in items for line in _item(above, f"{key}:", value)]),
        elements.map(lambda items: [line for above, value in items for line in _item(above, "-", value)]),
    )


def _item(notes: list[str], head: str, value: str | list[str]) -> list[str]:
    above = [f"#{note}" for note in notes]
    return [*above, f"{head} {value}"] if isinstance(value, str) else [*above, head, *(f"  {line}" for line in value)]


def document(kind: str, notes: st.SearchStrategy[list[str]]) -> st.SearchStrategy[str]:
    """A document annotated `kind` (nothing when empty)."""
    first = [kind] if kind else []
    return block(notes).map(lambda lines: "\n".join([*first, "---", *lines]) + "\n")


def file(*documents: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*documents).map(lambda texts: '#@ load("@ytt:overlay", "overlay")\n' + "".join(texts))


PLAIN = document("", NO_NOTES)
OVERLAYS = st.sampled_from(MATCHERS).flatmap(lambda by: document(f'#@overlay/match {by}, expects="0+"', OVERLAY_NOTES))
SCHEMA = file(document("#@data/values-schema", SCHEMA_NOTES))
VALUES = file(document("#@data/values", VALUE_NOTES))
VALUES_OVERLAY = file(document("#@data/values\n#@overlay/match-child-defaults missing_ok=True", st.one_of(VALUE_NOTES, OVERLAY_NOTES)))
PATHS = st.lists(KEYS, min_size=1, max_size=3).map(".".join)
FLAGS = st.lists(
    st.one_of(
        st.tuples(st.just("-v"), st.tuples(PATHS, SCALARS).map("=".join)),
        st.tuples(st.just("--data-value-yaml"), st.tuples(PATHS, st.sampled_from(["1", "x", "{a: 1}", "[1, x]", "[]", "null", "{b: {c: 2}}"])).map("=".join)),
    ),
    max_size=2,
).map(lambda pairs: [word for pair in pairs for word in pair])
TEMPLATE = '#@ load("@ytt:data", "data")\n---\nresult: #@ data.values\n'


@EXAMPLES
@given(st.lists(PLAIN, min_size=1, max_size=3), st.lists(file(OVERLAYS), min_size=1, max_size=2))
def test_overlays_are_applied_to_documents(plain, overlays):
    files = {f"overlay{number}.yml": text for number, text in enumerate(overlays)}
    check({"config.yml": "".join(plain), **files})


@EXAMPLES
@given(VALUES, VALUES_OVERLAY, FLAGS)
def test_data_values_are_laid_over_one_another(first, second, flags):
    check({"1.yml": first, "2.yml": second, "template.yml": TEMPLATE}, flags)


@EXAMPLES
@given(SCHEMA, st.one_of(st.none(), VALUES_OVERLAY), FLAGS)
def test_data_values_are_held_to_their_schema(schema, values, flags):
    check({"0.yml": schema, **({"1.yml": values} if values else {}), "template.yml": TEMPLATE}, flags)


@EXAMPLES
@given(SCHEMA, FLAGS, st.sampled_from([["--data-values-inspect", "-o", "pos"], ["-o", "json"], ["--data-values-inspect", "--strict"]]))
def test_values_from_flags_are_shown_in_every_form(schema, flags, form):
    check({"0.yml": schema, "template.yml": TEMPLATE}, [*flags, *form])
