import pytest

from oakum.template.workspace.bulk import read_bulk, write_bulk, write_bulk_error
from oakum.template.workspace.errors import InputError


def test_files_come_as_json() -> None:
    first, second = read_bulk('{"files": [{"name": "a.yml", "data": "é"}, {"name": "d/b.star"}]}')
    assert (first.path, first.text, first.order) == ("a.yml", "é", 0)
    assert (second.path, second.data, second.library) == ("d/b.star", b"", True)


@pytest.mark.parametrize("text", ["{", "[]", '{"files": [1]}', '{"files": [{}]}'])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="Expected bulk input to be JSON"):
        read_bulk(text)


def test_files_and_errors_leave_as_json() -> None:
    assert write_bulk([("a.yml", "<\n")]) == '{"files":[{"name":"a.yml","data":"\\u003c\\n"}]}'
    assert write_bulk([]) == "{}"
    assert write_bulk_error("no") == '{"errors":"no"}'
