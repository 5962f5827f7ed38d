"""Generated templates, text templates and overlays come to what they come to with the reference, errors included."""
from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from tests.cli.ytt.differential import EXAMPLES, check
from tests.cli.ytt.test_generated_yaml import DOCUMENTS, KEYS, SCALARS, yaml_of

VALUES = st.sampled_from(["1", "x", "[1, 2]", '{"k": 1}', "None", "frag()", "items()", "docs()", '"(@= str(x) @)"', "undefined", "1 / 0", "lambda: 1", "range(2)", "x.y",
                          'template.replace({"r": 1, "s": 2})', "template.replace([7, 8])", "template.replace(frag())", "i"])  # fmt: skip
PLAIN = st.sampled_from(["", "1", "a", "{}", "[]", "[p, q]", "{p: 1}", "t(@= str(x) @)u", "(@= x @)", "(@", "@)", '"q"'])
CODE = st.sampled_from(["#@ if x == 5:", "#@ if False:", "#@ elif True:", "#@ else:", "#@ for i in range(2):", "#@ for i in []:", "#@ end", "#@ end", "#@ end", "#@ i = 1",
                        "#@ def g(n):", "#@ return 1", "#@ if/end True:", "#@ if/end x > 9:", "#@ for/end i in [1, 2]:", "#@ while False:", "#@ x += 1", "#@", "#! note", "# plain",
                        "#@yaml/map-key-override", "#@yaml/text-templated-strings", "#@foo", "#@foo 1, a=2", "#@foo (", "#@template/code i = 2", "#@comment c",
                        "#@ else/end:", "#@ break", "#@ continue", "#@ pass", "#@ if x:", "#@ def h(): return 1", "#@schema/nullable", "#@overlay/remove"])  # fmt: skip
START = """#@ load("@ytt:template", "template")
#@ load("@ytt:overlay", "overlay")
#@ x = 5
#@ i = 0
#@ def frag():
fa: 1
fb: #@ x
#@ end
---
#@ def items():
- 1
- #@ x
#@ end
#@ def docs():
---
da: 1
---
db: 2
#@ end
---
"""


@st.composite
def nodes(draw, depth=2):
    """Lines of a map or an array, with code between."""
    array = draw(st.booleans())
    found: list[str] = []
    opened = 0
    for number in range(draw(st.integers(1, 4))):
        for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
            line = draw(CODE)
            opens = line.endswith(":") and "/end" not in line and not line.startswith(("#@ elif", "#@ else"))
            if line == "#@ end" and opened == 0 and draw(st.booleans()):
                continue
            opened += opens - (line == "#@ end")
            found.append(line)
        key = "- " if array else f"{draw(st.sampled_from(['a', 'b', 'c', f'k{number}', f'l{number}', '_', '(@= str(x) @)']))}: "
        kind = draw(st.sampled_from(["value", "value", "plain", "plain", "below"]))
        if kind == "below" and depth:
            found.append(key.rstrip())
            found += ["  " + line for line in draw(nodes(depth=depth - 1))]
        elif kind == "value":
            found.append(f"{key}#@ {draw(VALUES)}")
        else:
            found.append(f"{key}{draw(PLAIN)}")
    if opened > 0 and draw(st.sampled_from([True, True, True, False])):
        found += ["#@ end"] * opened
    return found


TEXT = st.lists(
    st.sampled_from(
        ["a", " ", "\n", "(@= x @)", "(@= str(x) @)", "(@-= str(x) -@)", "(@ if x: @)", "(@ else: @)", "(@ end @)", "(@ end -@)", "(@- for i in range(2): -@)",
         "(@= str(i) @)", "(@ i = 3 @)", "(@ def f(n): @)", "(@= f(1) @)", "(@", "@)", "(@ x = 5 @)", "(@ x = 5\ni = 0 @)", "é", "(@ 1/0 @)", "(@ return @)", "(@= None @)", "#@ x"]
    ),
    max_size=9,
).map("".join)  # fmt: skip
MATCHES = st.sampled_from(
    ["#@overlay/match missing_ok=True", "#@overlay/remove", "#@overlay/replace", "#@overlay/replace or_add=True", "#@overlay/match expects=1", "#@overlay/append",
     "#@overlay/match-child-defaults missing_ok=True", "#@overlay/insert before=True", "#@overlay/merge", "", "", '#@overlay/match by="name", missing_ok=True',
     "#@overlay/match by=overlay.all", '#@overlay/match expects="0+"', "#@overlay/match when=1", "#@overlay/assert via=lambda l, r: l == r",
     "#@overlay/replace via=lambda l, r: [l, r]", "#@overlay/match expects=[0, 1]", "#@overlay/match by=overlay.index(0)", "#@overlay/foo", "#@overlay/match bad=1"]
)  # fmt: skip
CHANGES = st.one_of(
    SCALARS.map(json.dumps),
    st.dictionaries(KEYS, SCALARS, max_size=2).map(json.dumps),
    st.builds(lambda match, value: f"\n  {match or '#! none'}\n  - {json.dumps(value)}", MATCHES, SCALARS | st.dictionaries(KEYS, SCALARS, max_size=2)),
    st.builds(lambda match, key, value: f"\n  {match or '#! none'}\n  {key}: {json.dumps(value)}", MATCHES, KEYS, SCALARS),
)


@EXAMPLES
@given(nodes())
def test_templates_are_evaluated(lines):
    check({"config.yml": START + "\n".join(lines) + "\n"})


@EXAMPLES
@given(nodes(), st.sampled_from([[], ["--ignore-unknown-comments"], ["--implicit-map-key-overrides"], ["--strict"]]))
def test_templates_below_an_annotation_are_evaluated(lines, flags):
    body = "".join(f"  {line}\n" for line in lines)
    check({"config.yml": f"{START}#@yaml/text-templated-strings\ntop:\n{body}"}, flags)


@EXAMPLES
@given(TEXT)
def test_text_templates_are_evaluated(text):
    check({"note.lib.txt": "(@ x = 5 @)(@ i = 0 @)(@ def main(): @)" + text + "(@ end @)", "config.yml": '#@ load("note.lib.txt", "main")\nv: #@ main()\n'})


@EXAMPLES
@given(TEXT)
def test_text_templates_that_are_wrong_are_refused(text):
    check({"note.txt": text})


@EXAMPLES
@given(DOCUMENTS, st.lists(st.tuples(MATCHES, KEYS, CHANGES), min_size=1, max_size=3, unique_by=lambda change: change[1]))
def test_overlays_are_applied(documents, changes):
    items = "".join(f"{annotation}\n{key}: {value}\n" for annotation, key, value in changes)
    overlay = '#@ load("@ytt:overlay", "overlay")\n#@overlay/match by=overlay.all, expects="0+"\n---\n'
    check({"config.yml": yaml_of(documents), "overlay.yml": overlay + items})
