"""Compiled templates on disk: used when nothing changed, and never in the way."""
from collections.abc import Callable
from pathlib import Path

import pytest

from oakum.template import evaluation
from oakum.template.files import FileKind, InputFile
from oakum.template.options import Options
from oakum.template.render import render
from oakum.yaml.emitter import emit

TEXT = "#@ def f(x):\na: #@ x\nb:\n- 1\n#@ end\n---\nc: #@ f(2)\nd: {e: [1]}\n"


def came_to(cache: Path, text: str = TEXT) -> str:
    files = [InputFile("a.yml", text.encode, FileKind.YAML)]
    return emit(render(files, None, Options(cache=str(cache))).files[0].documents)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A folder that holds what TEXT was compiled to."""
    assert came_to(tmp_path / "cache") == came_to(tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the templates that were compiled in a test."""
    names: list[str] = []
    compile_yaml: Callable[..., object] = evaluation.compile_yaml
    monkeypatch.setattr(evaluation, "compile_yaml", lambda name, *a, **k: (names.append(name), compile_yaml(name, *a, **k))[1])
    return names


def test_what_did_not_change_is_not_compiled_again(kept: Path, compiled: list[str]) -> None:
    assert (came_to(kept), compiled) == ("c:\n  a: 2\n  b:\n  - 1\nd:\n  e:\n  - 1\n", [])


def test_another_text_is(kept: Path, compiled: list[str]) -> None:
    assert (came_to(kept, "a: #@ 1\n"), compiled) == ("a: 1\n", ["a.yml"])


def test_another_version_of_the_program_is(kept: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oakum.cache.version", lambda *rooms: b"other")
    came_to(kept)
    assert compiled == ["a.yml"]


@pytest.mark.parametrize("harm", [lambda d: b"", lambda d: d[:-1], lambda d: d[:40], lambda d: d[:-1] + bytes([d[-1] ^ 1]), lambda d: bytes([d[0] ^ 1]) + d[1:]])
def test_what_is_damaged_is_made_again(kept: Path, compiled: list[str], harm: Callable[[bytes], bytes]) -> None:
    (entry,) = kept.iterdir()
    entry.write_bytes(harm(entry.read_bytes()))
    assert (came_to(kept), compiled) == (came_to(kept), ["a.yml"])


def test_it_is_the_owners_alone(kept: Path) -> None:
    assert [path.stat().st_mode & 0o777 for path in (kept, *kept.iterdir())] == [0o700, 0o600]


def test_a_folder_that_others_may_write_to_is_not_used(kept: Path, compiled: list[str]) -> None:
    kept.chmod(0o777)
    came_to(kept)
    assert compiled == ["a.yml"]


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert came_to(tmp_path / "file" / "cache") == came_to(tmp_path / "cache")


def test_an_error_is_told_alike_from_what_was_kept(tmp_path: Path) -> None:
    texts = []
    for _ in range(2):
        with pytest.raises(Exception, match="b: #@ 1 / 0") as caught:
            came_to(tmp_path / "cache", "a: 1\nb: #@ 1 / 0\n")
        texts.append(str(caught.value))
    assert texts[0] == texts[1]


def test_the_calls_of_an_error_are_told_alike_from_what_was_kept(tmp_path: Path) -> None:
    text, texts = "#@ def f(x):\na: #@ x.y\n#@ end\n---\n#@ if True:\nc: #@ f(2)\n#@ end\n", []
    options = Options(cache=str(tmp_path / "cache"), explain_calls=True)
    for _ in range(2):
        with pytest.raises(Exception, match="a.yml:2 | a: #@ x.y") as caught:
            render([InputFile("a.yml", text.encode, FileKind.YAML)], None, options)
        texts.append(str(caught.value))
    assert texts[0] == texts[1]


def test_code_that_crosses_the_nodes_comes_to_the_same_from_what_was_kept(tmp_path: Path) -> None:
    text = "x:\n#@ if True:\n- a: 1\n#@ end\n  b: 2\n"
    assert [came_to(tmp_path / "cache", text) for _ in range(2)] == ["x:\n- a: 1\n  b: 2\n"] * 2


def test_what_overlays_say_is_the_same_from_what_was_kept(tmp_path: Path) -> None:
    text = "a: {b: [c]}\n#@ x = [1]\n#@overlay/match by=lambda i, l, r: True\n---\na:\n  #@overlay/replace\n  b: #@ x\n"
    assert [came_to(tmp_path / "cache", text) for _ in range(2)] == ["a:\n  b:\n  - 1\n"] * 2


def test_files_of_one_name_in_several_folders_do_not_push_each_other_out(tmp_path: Path, compiled: list[str]) -> None:
    for text in ("a: #@ 1\n", "b: #@ 2\n") * 2:
        came_to(tmp_path / "cache", text)
    assert compiled == ["a.yml", "a.yml"]
