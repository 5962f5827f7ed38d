"""Templates end to end: text of files in, YAML out."""
import pytest

from oakum.errors import OakumError
from oakum.template.files import FileKind, InputFile
from oakum.template.options import DataValueFlags, Options
from oakum.template.render import render
from oakum.yaml.emitter import emit
from oakum.yaml.nodes import DocumentSet

_KINDS = {"yml": FileKind.YAML, "txt": FileKind.TEXT, "star": FileKind.STARLARK}


def yaml(template: str, *flags: str, **others: str) -> str:
    files = [InputFile("t.yml", template.encode, FileKind.YAML)]
    for order, (path, text) in enumerate(others.items(), 1):
        path = path.replace("__", "/").replace("_lib_", ".lib.").replace("_star", ".star").replace("_yml", ".yml")
        library = ".lib." in path or path.endswith(".star")
        kind = _KINDS[path.rpartition(".")[2]]
        files.append(InputFile(path, text.encode, kind, library=library, for_output=not library, order=order))
    result = render(files, DataValueFlags(values=flags))
    return emit(DocumentSet([document for file in result.files for document in file.documents.items]))


def failure(template: str, **others: str) -> str:
    with pytest.raises(OakumError) as error:
        yaml(template, **others)
    return str(error.value)


def test_a_value_is_computed() -> None:
    assert yaml("a: #@ 1 + 1\n") == "a: 2\n"


def test_a_function_returns_the_nodes_it_made() -> None:
    assert yaml("#@ def f(n):\nk: #@ n\nl:\n- #@ n\n#@ end\na: #@ f(1)\n") == "a:\n  k: 1\n  l:\n  - 1\n"


def test_a_function_whose_nodes_are_never_reached_returns_nothing() -> None:
    assert yaml("#@ def f():\n#@ if/end False:\nk: 1\n#@ end\na: #@ f()\n") == "a: null\n"


def test_return_discards_the_nodes() -> None:
    assert yaml("#@ def f():\nk: 1\n#@ return 5\n#@ end\na: #@ f()\n") == "a: 5\n"


def test_a_computed_key_opens_its_own_map() -> None:
    template = '#@ for k in ["x", "z"]:\n#@yaml/text-templated-strings\n(@= k @):\n  a: 1\n  b: (@= k @)\n#@ end\n'
    assert yaml(template) == "x:\n  a: 1\n  b: x\nz:\n  a: 1\n  b: z\n"


def test_a_block_may_close_below_another_node() -> None:
    template = "a:\n  #@ if False:\n  b: 1\nc:\n  d: 2\n  #@ end\n  e: 3\n"
    assert yaml(template) == "a: {}\ne: 3\n"


def test_a_key_from_a_loop_may_not_come_twice() -> None:
    message = failure("a:\n  #@ for i in range(2):\n  b: #@ i\n  #@ end\n")
    assert message.startswith("\n- __ytt_tpl2_start_node: expected key 'b' to not be specified again")


def test_an_overridden_key_moves_to_the_end() -> None:
    assert yaml("a: 1\nb: 2\n#@yaml/map-key-override\na: #@ 3\n") == "b: 2\na: 3\n"


def test_a_replacement_takes_the_place_of_its_node() -> None:
    template = '#@ load("@ytt:template", "template")\na: 1\n_: #@ template.replace({"b": 2})\nc: 3\n'
    assert yaml(template) == "a: 1\nb: 2\nc: 3\n"


def test_data_values_lay_flags_over_files() -> None:
    values = "#@data/values\n---\na:\n  b: 1\n  c: 2\n"
    template = '#@ load("@ytt:data", "data")\nv: #@ data.values\n'
    assert yaml(template, "a.b=x", v_yml=values) == "v:\n  a:\n    b: x\n    c: 2\n"


def test_each_template_has_its_own_data_values() -> None:
    values = "#@data/values\n---\nl: [1]\n"
    template = '#@ load("@ytt:data", "data")\n#@ data.values.l.append(2)\nv: #@ data.values.l\n'
    other = template.replace("#@ data.values.l.append(2)\n", "")
    assert yaml(template, v_yml=values, o_yml=other) == "v:\n- 1\n- 2\n---\nv:\n- 1\n"


def test_what_a_file_binds_can_be_loaded_and_is_frozen() -> None:
    template = '#@ load("lib.star", "l")\n#@ l.append(1)\n'
    assert "append: cannot append to frozen list" in failure(template, lib_star="l = []")


def test_every_undefined_name_is_listed() -> None:
    assert failure("a: #@ x\nb: #@ y\n") == "\n- undefined: x\n    t.yml:1 | a: #@ x\n- undefined: y\n    t.yml:2 | b: #@ y"


def test_a_call_stack_names_functions_and_source_lines() -> None:
    message = failure("#@ def f(x):\n#@   return x.foo\n#@ end\n---\na: #@ f(5)\n")
    assert message == (
        "\n- int has no .foo field or method\n"
        "    in f\n      t.yml:2 | #@   return x.foo\n"
        "    in <toplevel>\n      t.yml:5 | a: #@ f(5)"
    )


def test_a_missing_colon_is_hinted_at() -> None:
    assert "(hint: missing colon at the end of 'if/for/def' statement?)" in failure("#@ if True\na: 1\n#@ end\n")


def test_a_private_library_is_evaluated_with_given_values() -> None:
    template = (
        '#@ load("@ytt:library", "library")\n#@ load("@ytt:template", "template")\n'
        '--- #@ template.replace(library.get("app").with_data_values({"size": 2}).eval())\n'
    )
    library = {
        "_ytt_lib__app__values_yml": "#@data/values\n---\nsize: 1\n",
        "_ytt_lib__app__config_yml": '#@ load("@ytt:data", "data")\nsize: #@ data.values.size\n',
    }
    assert yaml(template, **library) == "size: 2\n"


def test_files_may_not_load_one_another_in_a_circle() -> None:
    message = failure("a: 1\n", a_star='load("b.star", "y")\nx = 1', b_star='load("a.star", "x")\ny = 1')
    assert "Expected files not to load one another in a circle: b.star → a.star → b.star" in message


def test_a_map_may_be_a_key() -> None:
    template = "#@ for i in range(1):\n---\n? {a: 1}\n: 5\n#@ end\n"
    assert yaml(template) == "? a: 1\n: 5\n"


def test_data_values_have_keys_that_are_strings() -> None:
    template = '#@ load("@ytt:data", "data")\nv: #@ data.values\n'
    message = failure(template, v_yml="#@data/values\n---\non: 1\n")
    assert "Expected data value keys to be strings, but was %!s(bool=true) on line v.yml:3 (hint:" in message


def test_data_values_that_nothing_looks_at_may_have_other_keys() -> None:
    assert yaml("a: #@ 1\n", v_yml="#@data/values\n---\non: 1\n") == "a: 1\n"


def test_an_annotation_may_have_any_keyword() -> None:
    assert yaml("#@foo line=1, self=2\na: 1\nb: #@ 2\n") == "a: 1\nb: 2\n"


def test_a_library_evaluated_twice_makes_new_nodes() -> None:
    template = (
        '#@ load("@ytt:library", "library")\n#@ load("@ytt:template", "template")\n'
        '#@ load("@ytt:overlay", "overlay")\n#@ app = library.get("app")\n'
        "#@ def added():\n#@overlay/match by=overlay.all\n---\n#@overlay/match missing_ok=True\nnew: 1\n#@ end\n"
        "--- #@ template.replace(overlay.apply(app.eval(), added()))\n--- #@ template.replace(app.eval())\n"
    )
    assert yaml(template, _ytt_lib__app__plain_yml="p: {q: 1}\n") == "p:\n  q: 1\nnew: 1\n---\np:\n  q: 1\n"


def test_functions_that_make_yaml_end_in_the_budget() -> None:
    text = "#@ def f(n):\n#@ if n > 0:\na: #@ f(n - 1)\nb: #@ f(n - 1)\n#@ end\n#@ end\nb: #@ f(60)\n"
    with pytest.raises(OakumError, match="step budget of 100000 exceeded"):
        render([InputFile("a.yml", text.encode, FileKind.YAML)], None, Options(max_steps=100_000))


def test_what_is_done_with_the_values_of_programs_is_in_the_budget_too() -> None:
    text = '#@data/values-schema\n---\n#@schema/default [["a"] * 1000] * 1000\na:\n- [""]\n'
    with pytest.raises(OakumError, match="step budget of 100000 exceeded"):
        render([InputFile("a.yml", text.encode, FileKind.YAML)], None, Options(max_steps=100_000))


def test_overlays_that_multiply_items_end_in_the_budget() -> None:
    insert = "#@overlay/match by=overlay.all, expects='0+'\n#@overlay/insert before=True, after=True\n- 1\n"
    text = f'#@ load("@ytt:overlay", "overlay")\n#@overlay/match by=overlay.all\n---\na:\n{insert * 30}'
    files = [InputFile(name, of.encode, FileKind.YAML, order=at)
             for at, (name, of) in enumerate((("a.yml", "a: [1]\n"), ("o.yml", text)))]
    with pytest.raises(OakumError, match="step budget of 100000 exceeded"):
        render(files, None, Options(max_steps=100_000))


def test_a_librarys_data_values_need_keys_that_are_strings() -> None:
    files = {
        "a.yml": '#@ load("@ytt:library", "library")\na: #@ library.get("lib").data_values().n\n',
        "_ytt_lib/lib/values.yml": "#@data/values\n---\nn: 1\n",
    }
    given = [InputFile(name, text.encode, FileKind.YAML) for name, text in files.items()]
    with pytest.raises(OakumError, match="Expected data value keys to be strings, but was %!s.bool=false.") as caught:
        render(given)
    assert "_ytt_lib/lib/values.yml:3" in str(caught.value)
