import pytest

from oakum.template.workspace.bulk import read_bulk, write_bulk, write_bulk_error
from oakum.template.workspace.errors import InputError


def test_files_come_as_json() -> None:
    first, second = read_bulk('{"files": [{"name": "a.yml", "data": "é"}, {"name": "d/b.star"}]}')
    assert (first.path, first.text, first.order) == ("a.yml", "é", 0)
    assert (second.path, second.data, second.library) == ("d/b.star", b"", True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "unexpected end of JSON input"),
        ("[]", "json: cannot unmarshal array into Go value of type template.BulkFiles"),
        ('{"files": {}}', "json: cannot unmarshal object into Go struct field BulkFiles.files of type []template.BulkFile"),
        ('{"files": [1]}', "json: cannot unmarshal number into Go struct field BulkFiles.files of type template.BulkFile"),
        ('{"files": [{"data": true}]}', "json: cannot unmarshal bool into Go struct field BulkFile.files.data of type string"),
    ],
)
def test_anything_else_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        read_bulk(text)
    assert str(error.value) == message


@pytest.mark.parametrize("text", ["null", "{}", '{"files": null}', '{"other": 1}'])
def test_what_is_not_there_is_nothing(text: str) -> None:
    assert read_bulk(text) == []


def test_names_of_fields_may_be_written_in_any_case() -> None:
    (file,) = read_bulk('{"Files": [{"NAME": "a.yml", "name": null, "x": 1}]}')
    assert (file.path, file.data) == ("a.yml", b"")


def test_files_and_errors_leave_as_json() -> None:
    assert write_bulk([("a.yml", "<\n")]) == '{"files":[{"name":"a.yml","data":"\\u003c\\n"}]}'
    assert write_bulk([]) == "{}"
    assert write_bulk_error("no") == '{"errors":"no"}'


def test_half_a_surrogate_pair_becomes_a_replacement_character() -> None:
    (file,) = read_bulk(r'{"files":[{"name":"a.yml","data":"a: \udce9"}]}')
    assert file.data == "a: \ufffd".encode()
