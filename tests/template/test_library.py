"""Data values and schema documents of a library, and private libraries."""
import pytest

from oakum.errors import OakumError
from oakum.template.files import FileKind, InputFile
from oakum.template.options import DataValueFlags, Options
from oakum.template.render import render
from oakum.yaml.emitter import emit


def files(**texts: str) -> list[InputFile]:
    return [
        InputFile(name.replace("_yml", ".yml"), text.encode, FileKind.YAML, order=order)
        for order, (name, text) in enumerate(texts.items())
    ]


def values(*flags: str, **texts: str) -> str:
    result = render(files(**texts), DataValueFlags(values=flags), Options(stop_after="values"))
    return emit(result.values)


def test_later_documents_lie_over_earlier_ones() -> None:
    documents = "#@data/values\n---\na: 1\nb: 1\n#@data/values\n---\nb: 2\n"
    assert values(v_yml=documents) == "a: 1\nb: 2\n"


def test_a_schema_gives_defaults_first() -> None:
    schema = "#@data/values-schema\n---\na: 1\nb: x\n"
    assert values("b=y", s_yml=schema) == "a: 1\nb: \"y\"\n"


def test_values_without_documents_come_from_flags() -> None:
    assert values("a.b=x", "a.c=z") == "a:\n  b: x\n  c: z\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "#@data/values\n---\na: 1\n---\nb: 2\n",
            "Overlaying data values (in following order: v.yml): Templating file 'v.yml': "
            "Expected data values file 'v.yml' to only have data values documents",
        ),
        ("a:\n  #@data/values\n  b: 1\n", "Found @data/values on map item (v.yml:3); only documents (---) can be "),
        ("#@data/values\n#@data/values\n---\na: 1\n", "data/values annotation may only be used once per document"),
        (
            "#@data/values foo=1\n---\na: 1\n",
            "Overlaying data values (in following order: v.yml): Unknown kwarg foo for annotation data/values",
        ),
        (
            "#@data/values\n#@library/ref 'x'\n---\na: 1\n",
            "Overlaying data values (in following order: v.yml): "
            "Annotation library/ref: Expected library ref to start with '@'",
        ),
        (
            "#@data/values\n#@library/ref '@x'\n---\na: 1\n",
            "Expected all provided library data values documents to be used but found unused: "
            "Data Value belonging to library '@x' on line v.yml:3",
        ),
    ],
)
def test_misplaced_data_values_are_refused(text: str, message: str) -> None:
    with pytest.raises(OakumError) as error:
        render(files(v_yml=text))
    assert str(error.value).startswith(message)


def test_an_undeclared_flag_is_a_violation_of_the_schema() -> None:
    with pytest.raises(OakumError, match="Given data value is not declared in schema") as error:
        values("prt=1", s_yml="#@data/values-schema\n---\nport: 1\n")
    assert str(error.value).startswith("Overlaying data values (in following order: additional data values):")


@pytest.mark.parametrize(
    ("use", "text"),
    [
        ("app.eval()", "a: 1\n"),
        ("app.data_values()", "#@data/values\n---\na: 1\n"),
        ("app.export('f')", "#@ def f(): return 1\n"),
        ("app.with_data_values({'a': 1}).eval()", "#@data/values\n---\na: 1\n"),
    ],
)
def test_each_use_of_a_library_takes_steps(use: str, text: str) -> None:
    def render_times(count: int) -> None:
        loop = f"#@ load('@ytt:library', 'library')\n#@ app = library.get('app')\n#@ for i in range({count}):\n#@ {use}\n#@ end\n---\n"
        name = "_ytt_lib/app/x.lib_yml" if "export" in use else "_ytt_lib/app/x_yml"
        made = files(t_yml=loop, **{name: text})
        made[1].library = "export" in use
        render(made, None, Options(max_steps=100_000))

    render_times(20)
    with pytest.raises(OakumError, match="step budget of 100000 exceeded"):
        render_times(50)


@pytest.mark.parametrize("head", ["", "#@ x = 1\n", "#@data/values\n---\n", "#@data/values-schema\n---\n"])
def test_uses_of_a_large_library_take_more_steps(head: str) -> None:
    loop = "#@ load('@ytt:library', 'library')\n#@ for i in range(20):\n#@ library.get('app').eval()\n#@ end\n---\n"
    text = head + "".join(f"k{number}: {number}\n" for number in range(1000))
    with pytest.raises(OakumError, match="step budget of 100000 exceeded"):
        render(files(t_yml=loop, **{"_ytt_lib/app/x_yml": text}), None, Options(max_steps=100_000))


def test_all_that_is_given_to_a_library_takes_steps_each_time_it_is_used() -> None:
    loop = (
        "#@ load('@ytt:library', 'library')\n#@ app = library.get('app')\n#@ for i in range(200):\n"
        "#@   app = app.with_data_values({})\n#@ end\n#@ app.data_values()\n---\n"
    )
    with pytest.raises(OakumError, match="step budget of 100000 exceeded"):
        render(files(t_yml=loop, **{"_ytt_lib/app/x_yml": "a: 1\n"}), None, Options(max_steps=100_000))
