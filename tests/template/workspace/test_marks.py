import pytest

from oakum.template.files import FileKind, InputFile, input_file
from oakum.template.workspace.errors import MarkError
from oakum.template.workspace.marks import apply_marks


def files(*paths: str) -> list[InputFile]:
    return [input_file(path, bytes) for path in paths]


def marked(paths: list[str], *marks: str) -> list[str]:
    return [file.path for file in apply_marks(files(*paths), marks)]


def test_files_are_excluded_by_patterns() -> None:
    paths = ["a.yml", "d/a.yml", "d/e/a.yml", "d/b.yml"]
    assert marked(paths, "d/*:exclude=true") == ["a.yml", "d/e/a.yml"]
    assert marked(paths, "d/**/*:exclude=true") == ["a.yml"]
    assert marked(paths, "**/*/*:exclude=true") == ["a.yml"]
    assert marked(paths, "*.yml:exclude=true") == ["d/a.yml", "d/e/a.yml", "d/b.yml"]


def test_a_renamed_file_is_taken_for_what_its_new_name_says() -> None:
    (file,) = apply_marks(files("a.conf"), ["a.conf:path=d/a.lib.yml", "a.conf:for-output=true"])
    assert (file.path, file.kind, file.library, file.for_output) == ("d/a.lib.yml", FileKind.YAML, True, True)


def test_a_type_mark_outlives_a_renaming() -> None:
    (file,) = apply_marks(files("a.yml"), ["a.yml:type=text-plain", "a.yml:path=b.star"])
    assert (file.kind, file.template, file.for_output) == (FileKind.TEXT, False, True)


def test_a_library_marked_a_template_is_also_read_and_output() -> None:
    (file,) = apply_marks(files("a.lib.yml"), ["a.lib.yml:type=yaml-template"])
    assert (file.library, file.template, file.searched, file.for_output) == (True, True, True, True)


def test_a_library_stays_a_template_when_marked_plain() -> None:
    (file,) = apply_marks(files("a.lib.yml"), ["a.lib.yml:type=yaml-plain"])
    assert (file.library, file.template, file.searched, file.for_output) == (True, True, False, False)


def test_a_marked_type_and_a_new_name_come_to_the_same_in_either_order() -> None:
    marks = ["a.conf:type=yaml-plain", "a.conf:path=a.lib.yml"]
    for order in (marks, marks[::-1]):
        (file,) = apply_marks(files("a.conf"), order)
        assert (file.kind, file.library, file.template) == (FileKind.YAML, True, True)


def test_exclusive_output_turns_all_others_off() -> None:
    first, second = apply_marks(files("a.yml", "b.lib.yml"), ["b.lib.yml:exclusive-for-output=true"])
    assert (first.for_output, second.for_output) == (False, True)


WRONG = [
    ("a.yml", "Expected file mark 'a.yml' to be in format path:key=value"),
    ("a.yml:type", "Expected file mark 'a.yml:type' key-value portion to be in format key=value"),
    ("a.yml:kind=x", "Unknown key in file mark 'a.yml:kind=x'"),
    ("a.yml:type=x", "Unknown value in file mark 'a.yml:type=x'"),
    ("a.yml:exclude=yes", "Unknown value in file mark 'a.yml:exclude=yes'"),
    ("b.yml:type=data", "Expected file mark 'b.yml:type=data' to match at least one file by path, but did not"),
]


@pytest.mark.parametrize(("mark", "message"), WRONG)
def test_a_mark_that_is_wrong_is_named(mark: str, message: str) -> None:
    with pytest.raises(MarkError) as error:
        marked(["a.yml"], mark)
    assert str(error.value) == message
