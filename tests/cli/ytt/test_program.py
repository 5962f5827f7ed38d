"""The program as a process: its start, its streams, its exit status."""
import subprocess
import sys
from pathlib import Path

import pytest

import oakum

_REPORT = "import sys; sys.argv = ['ytt', *{arguments!r}]\nimport os; os._exit = lambda status: None\n"
_REPORT += "from oakum.cli.ytt import main\nmain()\nprint(*sys.modules, file=sys.stderr)"
HEAVY = {"yaml", "typing", "signal", "importlib", "urllib3", "orjson", "dataclasses", "inspect", "datetime", "json", "oakum.starlark"}


def ytt(*arguments: str, stdin: bytes = b"", folder: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from oakum.cli.ytt import main; main()", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, cwd=folder, check=False)


def modules(*arguments: str) -> set[str]:
    script = _REPORT.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_the_version_starts_light() -> None:
    assert not HEAVY & modules("version")


def test_plain_files_start_light(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("a: 1\nb:\n- c # d\n")
    assert not HEAVY & modules("-f", str(tmp_path))


def test_a_template_starts_with_little_more_than_its_own_code(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text('#@ load("@ytt:data", "data")\n#@data/values\n---\nx: 1\n')
    (tmp_path / "b.yml").write_text('#@ load("@ytt:data", "data")\na: #@ data.values.x\n')
    assert not (HEAVY - {"oakum.starlark", "json"}) & modules("-f", str(tmp_path))


@pytest.mark.parametrize("arguments", [["version"], ["--version"]])
def test_the_version_is_our_own(arguments: list[str]) -> None:
    assert ytt(*arguments).stdout == f"ytt version {oakum.__version__}\n".encode()


def test_standard_input_is_a_file() -> None:
    done = ytt("-f", "-", stdin=b"b: 1\na: \xff\n")
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == b"ytt: Error: Unmarshaling YAML template 'stdin.yml': yaml: invalid leading UTF-8 octet\n"
    assert ytt("-f-", stdin=b"b: 1\na: '2'\n").stdout == b'b: 1\na: "2"\n'


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("a: 1\n---\n" * 100_000)
    command = f"{sys.executable} -c 'from oakum.cli.ytt import main; main()' -f a.yml | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert (done.stdout, done.stderr) == ("a: 1\n", "")


def test_no_files_are_nothing() -> None:
    done = ytt()
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


USAGE = [
    (["--bogus"], "unknown flag: --bogus"),
    (["-f"], "flag needs an argument: 'f' in -f"),
    (["foo"], "command 'ytt' does not accept extra arguments 'foo'"),
    (["-o", "foo"], "Unknown output type 'foo'"),
    (["-o", "openapi-v3"], "Output type currently only supported for data values schema"),
    (["--data-values-schema-inspect"], "Data values schema export only supported in OpenAPI v3 format"),
]


@pytest.mark.parametrize(("arguments", "message"), USAGE)
def test_a_mistake_of_usage_is_one_message(arguments: list[str], message: str) -> None:
    done = ytt(*arguments)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().startswith(f"ytt: Error: {message}")


@pytest.mark.parametrize("flag", ["--max-steps", "--max-memory"])
def test_a_bound_below_nothing_is_refused(flag: str) -> None:
    done = ytt(f"{flag}=-1")
    message = f'ytt: Error: invalid argument "-1" for "{flag}" flag: must be at least 0\n'
    assert (done.returncode, done.stderr.decode()) == (1, message)
