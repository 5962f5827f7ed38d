"""Generated configuration as people write it - YAML, schemas, libraries, marks - comes out as it does with the reference."""
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.cli.ytt.differential import EXAMPLES, check

NAMES = st.sampled_from(["a", "b", "name", "spec", "x-y", "k8s.io/z", "port"])
PLAIN = st.sampled_from(["1", "true", "x", "hello world", "1.50", "~", "", "0x10", "yes", "2001-01-01", "12:30", "a:b", "-x", "é", "1e3", "1_0", "http://x/y?z#w", "{}", "[]", "null", "*", "'it''s'", '"q\\t\\u00e9"', '"a: b"', "007", ".inf", "a # b", "'#'", "-", "on"]).filter(lambda text: text != "*")  # fmt: skip
COMMENTS = st.sampled_from(["", "", "", " # c", " #c", "  #! d"])
ABOVE = st.lists(st.sampled_from(["# above", "#! note", "#", "", "  # odd"]), max_size=2)


@st.composite
def blocks(draw, indent, style):
    """A block scalar with its lines."""
    header = style + draw(st.sampled_from(["", "", "-", "+", "2", "2-", "+2", "4", "1"]))
    width = indent + int(next((mark for mark in header if mark.isdigit()), "2"))
    lines = draw(st.lists(st.sampled_from(["t", "t u", "", " more", "  deep", "# no", "- x", "k: v", "\ttab", "end "]), min_size=1, max_size=5))
    return header + "".join("\n" + (" " * width + line if line else "") for line in lines)


@st.composite
def flows(draw, depth=2):
    """A flow collection, over one or several lines."""
    items = draw(st.lists(st.sampled_from(["1", "x", "'q'", '"r s"', "~", "k: v", "a b", "[y]", "{z: 1}", "&f g", "!!str 5"]) if depth == 0 else st.one_of(st.sampled_from(["1", "x", "'q'"]), flows(depth - 1)), max_size=3))
    gap = draw(st.sampled_from([", ", ",", " , ", ",\n    ", ", # c\n    "]))
    if draw(st.booleans()):
        return f"[{gap.join(items)}{draw(st.sampled_from(['', ' ', ',']))}]"
    return "{" + gap.join(f"k{number}: {item}" for number, item in enumerate(items)) + "}"


@st.composite
def nodes(draw, indent=0, depth=2, notes=ABOVE):
    """Lines of a map or an array with comments, anchors, tags and all kinds of scalars."""
    pad, array = " " * indent, draw(st.booleans())
    found: list[str] = []
    for number, name in enumerate(draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))):
        found += [pad + line if line.startswith("#") else line for line in draw(notes)]
        head = f"{pad}-" if array else f"{pad}{name}:"
        kind = draw(st.sampled_from(["plain", "plain", "plain", "literal", "folded", "flow", "below", "below", "alias", "merge", "anchor", "lines"]))
        if kind == "below" and depth:
            found.append(head + draw(st.sampled_from(["", "", f" &m{indent}{number}", " !!map" if False else ""])) + draw(COMMENTS))
            found += draw(nodes(indent + 2, depth - 1, notes))
        elif kind in ("literal", "folded"):
            found.append(f"{head} {draw(blocks(indent, '|' if kind == 'literal' else '>'))}")
        elif kind == "flow":
            found.append(f"{head} {draw(flows())}{draw(COMMENTS)}")
        elif kind == "alias":
            found.append(f"{head} *n{draw(COMMENTS)}")
        elif kind == "merge" and not array and number == 0:
            found += [f"{pad}<<: *n", f"{head} 1"]
        elif kind == "anchor":
            found.append(f"{head} &n {draw(st.sampled_from(['{p: 1, q: 2}', 'v', '[1]', '!!str 1']))}{draw(COMMENTS)}")
        elif kind == "lines":
            found.append(f"{head} {draw(st.sampled_from([chr(34), chr(39), '']))}".rstrip() + " one" + f"\n{pad}    two{draw(st.sampled_from(['', chr(10), chr(10) + pad + '    three']))}")
        else:
            found.append(f"{head} {draw(PLAIN)}{draw(COMMENTS)}".rstrip())
    return found


def _pages(documents):
    return st.builds(
        lambda start, pages, ending: (start + "\n---\n".join(["n0: &n {r: 1}\n" + "\n".join(page) for page in pages]) + "\n").replace("\n", ending),
        st.sampled_from(["", "", "---\n", "# first\n", "--- # c\n", "\ufeff", "%YAML 1.1\n---\n"]), st.lists(documents, min_size=1, max_size=2), st.sampled_from(["\n", "\n", "\n", "\r\n"]),
    )  # fmt: skip


PAGES = _pages(nodes().filter(lambda lines: not lines[0].lstrip().startswith("-") and not any(line.startswith("-") for line in lines)))
SIMPLE = st.recursive(
    st.sampled_from(["1", "x", "true", "2.5", "hello world", '"1"', "'a: b'"]), lambda below: st.lists(st.tuples(NAMES, below), min_size=1, max_size=3, unique_by=lambda pair: pair[0]), max_leaves=5
)  # fmt: skip


def _written(value, indent="", notes=lambda: ""):
    if isinstance(value, str):
        return f" {value}\n"
    return "\n" + "".join(f"{notes()}{indent}{name}:{_written(below, indent + '  ', notes)}" for name, below in value)


@EXAMPLES
@given(PAGES, st.sampled_from([[], [], ["-o", "json"], ["-o", "pos"], ["--strict"], ["--files-inspect"]]))
def test_files_are_printed(page, flags):
    check({"config.yml": page}, flags)


@EXAMPLES
@given(PAGES)
def test_files_beside_templates_are_printed(page):
    check({"config.yml": page.replace("# ", "#! ").replace("#c", "#! c") + "---\nlast: #@ [1]\n"}, ["--ignore-unknown-comments"])


# The reference's own faults are left out: it loses empty collections in arrays and quotes of keys.
TIDY = st.lists(st.tuples(st.lists(st.sampled_from(["# above", "#! note"]), max_size=2), NAMES, SIMPLE, COMMENTS), min_size=1, max_size=4, unique_by=lambda row: row[1])


@EXAMPLES
@given(st.lists(TIDY, min_size=1, max_size=2), st.sampled_from(["", "---\n", "# top\n---\n", "--- # c\n"]), st.sampled_from(["", "# end\n"]))
def test_files_are_formatted(documents, start, end):
    texts = ["".join(f"{''.join(line + chr(10) for line in above)}{name}:{_written(value, '  ').rstrip(chr(10))}{comment}\n" for above, name, value, comment in rows) for rows in documents]
    check({"config.yml": start + "---\n".join(texts) + end}, command=["fmt"])


DOCS = ['#@schema/title "T"', '#@schema/desc "d"', '#@schema/deprecated "old"']
SCALAR_NOTES = {
    "1": ["#@schema/default 5", '#@schema/examples ("e", 2), ("f", 3)', "#@schema/validation min=0, max=9", "#@schema/validation one_of=[1, 2]"],
    "x": ['#@schema/default "z"', '#@schema/examples ("e", "w")', "#@schema/validation min_len=1", "#@schema/validation max_len=3", '#@schema/validation ("short", lambda v: len(v) < 3)'],
    "true": ["#@schema/default False"], "2.5": ["#@schema/default 1", "#@schema/validation max=2"], '""': ["#@schema/validation min_len=1", "#@schema/validation not_null=True"],
}  # fmt: skip
GIVEN = {"1": ["1", "7", "x", "1.5", "null"], "x": ["y", "5", '""', "null"], "true": ["false", "x"], "2.5": ["3", "4.5", "x"], '""': ["q", "null", "[]"]}


@st.composite
def schemas(draw, indent="", depth=2):
    """Lines of a schema, lines of values for it, and paths of its leaves."""
    lines: list[str] = []
    values: list[str] = []
    paths: list[str] = []
    for name in draw(st.lists(st.sampled_from(["a", "b", "c", "name", "port"]), min_size=1, max_size=3, unique=True)):
        kind = draw(st.sampled_from(["scalar", "scalar", "scalar", "map", "array", "any"]))
        notes = draw(st.lists(st.sampled_from([*DOCS, "#@schema/nullable"]), max_size=2, unique=True))
        given_it = draw(st.booleans())
        if kind == "map" and depth:
            below, inner, deeper = draw(schemas(indent + "  ", depth - 1))
            extra = draw(st.sampled_from([[], [], ["#@schema/validation one_not_null=True"]]))
            lines += [*(indent + note for note in [*notes, *extra]), f"{indent}{name}:", *below]
            values += [f"{indent}{name}:", *inner] if inner and given_it else []
            paths += [f"{name}.{path}" for path in deeper]
        elif kind == "array" and depth:
            below, inner, _ = draw(schemas(indent + "  ", 0))
            extra = draw(st.sampled_from([[], [], ["#@schema/validation min_len=1"], ["#@schema/validation max_len=0"]]))
            lines += [*(indent + note for note in [*notes, *extra]), f"{indent}{name}:", f"{indent}-", *below]
            values += [f"{indent}{name}:", f"{indent}-", *inner] if inner and given_it else []
        elif kind == "any":
            lines += [*(indent + note for note in [*notes, "#@schema/type any=True"]), f"{indent}{name}: {draw(st.sampled_from(['1', 'x', '{q: [1]}', '[]', 'null']))}"]
            values += [f"{indent}{name}: {draw(st.sampled_from(['5', '{z: 1}', '[x]']))}"] if given_it else []
        else:
            sample = draw(st.sampled_from(sorted(SCALAR_NOTES)))
            extra = draw(st.lists(st.sampled_from(SCALAR_NOTES[sample]), max_size=2, unique_by=lambda note: note.split()[0]))
            lines += [*(indent + note for note in [*notes, *extra]), f"{indent}{name}: {sample}"]
            values += [f"{indent}{name}: {draw(st.sampled_from(GIVEN[sample]))}"] if given_it else []
            paths.append(name)
    return lines, values, paths


FORMS = st.sampled_from([[], ["--data-values-inspect"], ["--data-values-schema-inspect", "-o", "openapi-v3"], ["--data-values-inspect", "-o", "json"], ["--dangerous-data-values-disable-validation"], ["--data-values-schema-inspect", "-o", "openapi-v3,json"]])
SHOWN = '#@ load("@ytt:data", "data")\n---\nresult: #@ data.values\n'


@EXAMPLES
@given(schemas(), st.sampled_from(["none", "document", "file"]), FORMS, st.lists(st.sampled_from(["1", "x", "null", "[]", "{a: 1}"]), max_size=2))
def test_values_fit_their_schema(schema, how, form, flags):
    lines, values, paths = schema
    if "--data-values-schema-inspect" in form:  # validations are left out there: the recorded release has none yet
        lines = [line for line in lines if "@schema/validation" not in line]
    files = {"schema.yml": "#@data/values-schema\n---\n" + "\n".join(lines) + "\n", "template.yml": SHOWN}
    arguments = [word for path, value in zip(paths, flags, strict=False) for word in ("--data-value-yaml", f"{path}={value}")]
    if how == "document" and values:
        files["values.yml"] = "#@data/values\n---\n" + "\n".join(values) + "\n"
    elif how == "file" and values:
        arguments += ["--data-values-file", "{folder}/more.conf"]
        files["more.conf"] = "\n".join(values) + "\n"
    check(files, [*arguments, *form])


LIBRARY_CALLS = st.sampled_from(
    ['eval()', 'data_values()', 'with_data_values({"name": "w"}).eval()', 'with_data_values({"name": "w"}).data_values().name', 'with_data_values({"new": 1}).eval()', 'with_data_values({"new": 1}, plain=True).eval()', 'with_data_values({"n": {"m": 5}}).eval()',
     'with_data_values(struct.encode({"name": "s"})).eval()', 'with_data_values(frag()).eval()', 'with_data_values_schema({"name": "", "more": 1}).data_values()', 'with_data_values_schema(schema()).with_data_values({"more": 3}).eval()', 'export("f")(1)', 'export("g")', 'export("zz")', 'export("_p")', 'export("f", path="f.lib.yml")', 'export("f", path="no.star")', 'with_data_values(1).eval()', 'foo()']
)  # fmt: skip
GETS = st.sampled_from(['library.get("lib")', 'library.get("lib", alias="al")', 'library.get("nope")', 'library.get("lib", ignore_unknown_comments=True)', 'library.get("lib", strict=True)', 'library.get("deep/er")', 'library.get("lib", bad=1)', 'library.get("lib", dangerous_data_values_disable_validation=True)'])
REFS = st.sampled_from(["@lib", "@lib~al", "@~al", "@zz", "@deep/er", "lib", "@lib@in"])
LIBRARY_VALUES = st.sampled_from(["#@data/values\n---\nname: dflt\nn: {m: 1}\n", "#@data/values-schema\n---\nname: dflt\nn: {m: 1}\n", "#@data/values-schema\n---\n#@schema/validation max_len=3\nname: dfl\nn: {m: 1}\n"])


@EXAMPLES
@given(GETS, LIBRARY_CALLS, LIBRARY_VALUES, st.one_of(st.none(), st.tuples(REFS, st.sampled_from(["", ", after_library_module=True"]))), st.sampled_from([[], ["-v", "@lib:name=cli"], ["-v", "@~al:name=cli"], ["--data-value-yaml", "@lib:n.m=7"], ["-v", "@no:x=1"]]))
def test_libraries_are_evaluated(get, call, values, ref, flags):
    files = {
        "_ytt_lib/lib/values.yml": values,
        "_ytt_lib/lib/config.yml": '#@ load("@ytt:data", "data")\n---\nlib: #@ data.values.name\nm: #@ data.values.n.m\n',
        "_ytt_lib/lib/f.lib.yml": '#@ load("@ytt:data", "data")\n#@ def f(x):\nr: #@ str(x) + data.values.name\n#@ end\n#@ g = 5\n#@ _p = 1\n',
        "_ytt_lib/lib/note.txt": "text",
        "_ytt_lib/deep/er/config.yml": "deep: 1\n---\nother: 2\n",
        "config.yml": f'#@ load("@ytt:library", "library")\n#@ load("@ytt:template", "template")\n#@ load("@ytt:struct", "struct")\n#@ def frag():\nname: fr\n#@ end\n---\n#@ def schema():\nname: ""\nmore: 1\n#@ end\n---\nresult: #@ {get}.{call}\n',
    }
    if ref:
        files["ref.yml"] = f'#@ load("@ytt:overlay", "overlay")\n#@library/ref "{ref[0]}"\n#@data/values{ref[1]}\n---\n#@overlay/match missing_ok=True\nname: ref\n'
    check(files, flags)


FILES = st.lists(st.sampled_from(["a.yml", "b.yaml", "c.txt", "d.lib.yml", "e.star", "f.json", "sub/g.yml", "sub/h.txt", "sub/deep/i.yml", "j", "sub/k.lib.txt", "l.YML"]), min_size=1, max_size=5, unique=True)
MARKS = st.lists(
    st.tuples(st.sampled_from(["a.yml", "*.yml", "**/*.yml", "**/*", "sub/*", "c.txt", "sub/**/*", "e.star", "*", "nope.yml", "f.json", "s*b/g.yml"]),
              st.sampled_from(["exclude=true", "type=yaml-template", "type=yaml-plain", "type=text-template", "type=text-plain", "type=starlark", "type=data", "for-output=true", "exclusive-for-output=true", "path=new/name.yml", "exclude=false", "bad=1", "path=z.txt"])).map(":".join),
    max_size=3,
)  # fmt: skip
CONTENTS = {"star": 'x = 1\nprint("star")\n', "json": '{"k": 1}\n', "txt": "text (@= str(1 + 1) @)\n"}


@EXAMPLES
@given(FILES, MARKS, st.sampled_from([[], ["--files-inspect"], ["-o", "json"], ["-o", "pos"], ["--output-files", "{folder}-out"]]))
def test_files_are_marked(names, marks, flags):
    contents = {name: CONTENTS.get(name.rsplit(".", 1)[-1], f"name: {name}\nv: #@ 1 + 1\n") for name in names}
    check(contents, [*(word for mark in marks for word in ("--file-mark", mark)), *flags])
