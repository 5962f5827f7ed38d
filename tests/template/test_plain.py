import pytest

from oakum.errors import TemplateError
from oakum.template.files import InputFile, input_file
from oakum.template.plain import is_plain, render_plain
from oakum.yaml.emitter import emit


def files(**texts: str) -> list[InputFile]:
    return [input_file(name.replace("_", "."), lambda text=text: text.encode()) for name, text in texts.items()]


@pytest.mark.parametrize(
    "given", [{"a_star": ""}, {"a_yml": "#@ x = 1"}, {"a_lib_yml": "a: 1 #@ b"}, {"a_txt": "(@= 'x' @)"}]
)
def test_code_makes_a_run_more_than_plain(given: dict[str, str]) -> None:
    assert not is_plain(files(**given))


def test_files_without_code_are_parsed_and_handed_on() -> None:
    given = files(a_yml="a: 1 # c\na: 2", b_lib_yml="b: 1", c_txt="text", d_json="#@")
    assert is_plain(given)
    result = render_plain(given)
    assert [(file.path, emit(file.documents)) for file in result.files] == [("a.yml", "a: 2\n")]
    assert [(text.path, text.text) for text in result.texts] == [("c.txt", "text")]


def test_a_file_that_does_not_parse_is_named() -> None:
    with pytest.raises(TemplateError, match=r"^Unmarshaling YAML template 'b.lib.yml': yaml: line 1: "):
        render_plain(files(b_lib_yml="a: b: c"))
