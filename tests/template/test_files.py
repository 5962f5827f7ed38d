import pytest

from oakum.template.files import FileKind, input_file

KINDS = [
    ("a.yml", FileKind.YAML, False, True),
    ("d.x/a.yaml", FileKind.YAML, False, True),
    ("a.lib.yml", FileKind.YAML, True, False),
    ("lib.yml", FileKind.YAML, False, True),
    ("notes.txt", FileKind.TEXT, False, True),
    ("notes.lib.txt", FileKind.TEXT, True, False),
    ("a.star", FileKind.STARLARK, True, False),
    ("a.YML", FileKind.UNKNOWN, False, False),
    ("a.json", FileKind.UNKNOWN, False, False),
    ("yml", FileKind.UNKNOWN, False, False),
]


@pytest.mark.parametrize(("path", "kind", "library", "output"), KINDS)
def test_the_name_tells_what_a_file_is(path: str, kind: FileKind, library: bool, output: bool) -> None:
    file = input_file(path, bytes)
    assert (file.kind, file.library, file.for_output) == (kind, library, output)
    assert file.template == (kind is not FileKind.UNKNOWN)


def test_content_is_read_once_and_keeps_every_byte() -> None:
    reads = []
    file = input_file("a.yml", lambda: reads.append(1) or b"\xffa")
    assert file.text.encode("utf-8", "surrogateescape") == file.data == b"\xffa"
    assert len(reads) == 1
