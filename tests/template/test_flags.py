import pytest

from oakum.errors import OakumError, TemplateError
from oakum.template.files import FileKind, InputFile
from oakum.template.flags import flag_values
from oakum.template.options import DataValueFlags
from oakum.template.position import position
from oakum.template.reference import show
from oakum.yaml.emitter import emit


def reader(**texts: str):  # type: ignore[no-untyped-def]  # the type is that of DataValueFlags.read
    def read(path: str) -> list[InputFile]:
        if path not in texts:
            raise OakumError(f"lstat {path}: no such file or directory")
        return [InputFile(path, texts[path].encode, FileKind.YAML)]

    return read


def values(flags: DataValueFlags) -> list[str]:
    return [emit(one.document) for one in flag_values(flags)]


def test_kinds_of_flags_have_an_order_of_their_own() -> None:
    flags = DataValueFlags(
        files=("f",), env=("E",), env_yaml=("Y",), values=("a=1",), yaml_values=("a=1",), value_files=("a=f",),
        environ={"E_a": "1", "Y_a": "1"}, read=reader(f="x: 1\n"),
    )  # fmt: skip
    assert values(flags) == ["x: 1\n", 'a: "1"\n', "a: 1\n", 'a: "1"\n', "a: 1\n", "a: |\n  x: 1\n"]


def test_dots_and_double_underscores_nest() -> None:
    flags = DataValueFlags(values=("a.b=x",), env=("E",), environ={"E_c__d": "y", "EX_no": "z"})
    assert values(flags) == ["c:\n  d: \"y\"\n", "a:\n  b: x\n"]


def test_a_library_is_named_before_a_colon() -> None:
    flags = DataValueFlags(
        files=("@l:f",), env=("@l@m:E",), values=("@l~x:a=1",), environ={"E_a": "1"}, read=reader(f="a: 1")
    )
    assert [show(one.references) for one in flag_values(flags)] == ["@l", "@l@m", "@l~x"]


def test_a_flag_is_the_position_of_its_values() -> None:
    (one,) = flag_values(DataValueFlags(values=("a=1",)))
    assert position(one.document) == "(data-value arg):1"


def test_equal_keys_in_a_file_are_left_to_whoever_lays_it_over_other_values() -> None:
    assert values(DataValueFlags(files=("f",), read=reader(f="a: 1\na: 2\n"))) == ["a: 1\na: 2\n"]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (DataValueFlags(values=("a",)), "Extracting data value from KV: Expected format key=value"),
        (DataValueFlags(value_files=("a",)), "Extracting data value from file: Expected format key=/file/path"),
        (
            DataValueFlags(values=("@a:b:c=1",)),
            "Extracting data value from KV: Expected at most one library-key separator ':' in 'b:c'",
        ),
        (
            DataValueFlags(files=("f",), read=reader(f="a: #@ 1")),
            "Extracting data value from file: Checking data values file 'f': Expected to be plain YAML, having no "
            "annotations (hint: remove comments starting with `#@`)",
        ),
        (
            DataValueFlags(value_files=("a=g",), read=reader()),
            "Extracting data value from file: Finding file 'g': lstat g: no such file or directory",
        ),
    ],
)
def test_what_is_no_data_value_is_refused(flags: DataValueFlags, message: str) -> None:
    with pytest.raises(TemplateError) as error:
        flag_values(flags)
    assert str(error.value) == message
