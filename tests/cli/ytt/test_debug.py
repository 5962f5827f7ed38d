from oakum.cli.ytt.debug import describe
from oakum.template.files import input_file


def test_files_and_the_programs_of_templates_are_shown() -> None:
    files = [input_file("a.yml", lambda: b"a: #@ 1 + 1\n"), input_file("b.star", bytes), input_file("c.yml", lambda: b"[")]
    lines = describe(files).splitlines()
    assert lines[:4] == [
        "### files",
        "0: a.yml (yaml, template, output)",
        "0: b.star (starlark, template, library)",
        "0: c.yml (yaml, template, output)",
    ]
    assert any("(1 + 1)" in line and line.endswith("| a: #@ 1 + 1") for line in lines)
    assert lines[-1].startswith("(no program: yaml: line ")
