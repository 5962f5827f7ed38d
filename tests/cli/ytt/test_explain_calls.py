from pathlib import Path

import pytest

from oakum.cli.program import main
from oakum.cli.ytt import ROOT


def calls(folder: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str], *flags: str) -> list[str]:
    """The lines after the message when the templates in `files` fail."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    assert main(ROOT, ["-f", str(folder), *flags]) == 1
    _, _, after = capsys.readouterr().err.partition("\nCalls, outermost first:\n")
    return after.splitlines()


LIBRARY = "#@ def host(name):\n#@   return name.missing\n#@ end\n"


def test_calls_made_by_a_builtin_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {"f.lib.yml": LIBRARY, "config.yml": '#@ load("f.lib.yml", "host")\n---\na: #@ sorted(["x"], key=lambda n: host(n))\n'}
    assert calls(tmp_path, capsys, files, "--explain-calls") == [
        '  config.yml:3 | a: #@ sorted(["x"], key=lambda n: host(n)) (in <toplevel>)',
        '  config.yml:3 | a: #@ sorted(["x"], key=lambda n: host(n)) (in lambda)',
        "  f.lib.yml:2 | #@   return name.missing (in host)",
    ]


def test_calls_in_starlark_files_are_shown_with_their_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {"f.star": "def host(name): return name.missing\n", "config.yml": '#@ load("f.star", "host")\na: #@ host("x")\n'}
    assert calls(tmp_path, capsys, files, "--explain-calls") == [
        '  config.yml:2 | a: #@ host("x") (in <toplevel>)',
        "  f.star:1 | def host(name): return name.missing (in host)",
    ]


def test_calls_made_by_an_overlay_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    overlay = '#@ load("@ytt:overlay", "overlay")\n#@ def change(left, right):\n#@   return left + None\n#@ end\n'
    overlay += "#@overlay/match by=overlay.all\n---\n#@overlay/replace via=change\na: 1\n"
    files = {"a.yml": "a: 1\n", "z.yml": overlay}
    assert calls(tmp_path, capsys, files, "--explain-calls") == ["  z.yml:3 | #@   return left + None (in change)"]


def test_calls_into_a_library_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "_ytt_lib/app/f.lib.yml": LIBRARY,
        "_ytt_lib/app/app.yml": '#@ load("f.lib.yml", "host")\n---\nb: #@ host(1)\n',
        "config.yml": '#@ load("@ytt:library", "library")\n--- #@ library.get("app").eval()\n',
    }
    assert calls(tmp_path, capsys, files, "--explain-calls") == [
        '  config.yml:2 | --- #@ library.get("app").eval() (in <toplevel>)',
        "  _ytt_lib/app/app.yml:3 | b: #@ host(1) (in <toplevel>)",
        "  _ytt_lib/app/f.lib.yml:2 | #@   return name.missing (in host)",
    ]


def test_the_middle_of_an_endless_recursion_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {"config.yml": "#@ def f(): return f()\n---\na: #@ f()\n"}
    shown = calls(tmp_path, capsys, files, "--explain-calls")
    assert len(shown) == 41
    assert shown[20].startswith("  … ")


def test_others_get_the_message_of_the_reference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert calls(tmp_path, capsys, {"config.yml": "a: #@ 1 / 0\n"}) == []


@pytest.mark.parametrize(
    ("config", "meant"),
    [
        ('a: #@ {"hello": 1}["helo"]\n', "hello"),
        ('#@ load("@ytt:struct", "struct")\na: #@ struct.make(hello=1)["helo"]\n', "hello"),
        ("#@ def f():\nhello: 1\n#@ end\n---\na: #@ f()['helo']\n", "hello"),
        ('#@ load("@ytt:jsn", "json")\na: 1\n', "json"),
        ('#@ load("nams.star", "x")\na: 1\n', "names.star"),
        ('#@ load("@ytt:library", "library")\na: #@ library.get("websit")\n', "website"),
        ('#@ load("@ytt:assert", "assert")\na: #@ sorted([1], key=lambda _: {"hello": 1}["hallo"])\n', "hello"),
    ],
)  # fmt: skip
def test_the_nearest_name_to_an_unknown_one_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], config: str, meant: str
) -> None:
    for name, text in {"names.star": "x = 1\n", "_ytt_lib/website/a.yml": "a: 1\n", "config.yml": config}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert main(ROOT, ["-f", str(tmp_path), "--explain-calls"]) == 1
    assert f"\nDid you mean '{meant}'?\n" in capsys.readouterr().err
    assert main(ROOT, ["-f", str(tmp_path)]) == 1
    assert "Did you mean" not in capsys.readouterr().err


def test_no_name_is_guessed_where_none_is_near(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.yml").write_text('a: #@ {"hello": 1}["world"]\n')
    assert main(ROOT, ["-f", str(tmp_path), "--explain-calls"]) == 1
    assert "Did you mean" not in capsys.readouterr().err
