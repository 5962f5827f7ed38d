from pathlib import Path

import pytest

from oakum.cli.program import main
from oakum.cli.ytt import ROOT

OVERLAY = """\
#@ load("@ytt:overlay", "overlay")
#@overlay/match by=overlay.subset({"kind": "Deployment", "metadata": {"name": "shp"}})
---
spec: {}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.yml").write_text("kind: Deployment\nmetadata: {name: shop}\n---\nkind: Service\n")
    (tmp_path / "z.yml").write_text(OVERLAY)
    return tmp_path


def test_what_comes_closest_is_told_to_those_who_ask(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(ROOT, ["-f", str(folder), "--explain-overlays"]) == 1
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "  closest: a.yml:1: metadata.name is shop, not shp",
        "  closest: a.yml:3: kind is Service, not Deployment; has no metadata",
    ]


def test_others_get_the_message_of_the_reference(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(ROOT, ["-f", str(folder)]) == 1
    assert capsys.readouterr().err.endswith("Expected number of matched nodes to be 1, but was 0\n")


def test_a_mistyped_data_value_shows_the_key_that_is_meant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.yml").write_text("#@data/values-schema\n---\nhostname: a\n")
    (tmp_path / "v.yml").write_text("#@data/values\n---\nhotsname: b\n")
    assert main(ROOT, ["-f", str(tmp_path), "--explain-overlays"]) == 1
    assert capsys.readouterr().err.endswith("  closest: s.yml:3: did you mean the key 'hostname'?\n")


def test_a_schema_is_shown_as_json_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.yml").write_text("#@data/values-schema\n---\na: 1\n")
    arguments = ["-f", str(tmp_path), "--data-values-schema-inspect", "-o", "json-schema,yaml"]
    assert main(ROOT, arguments) == 0
    assert "properties:\n  a:\n    type: integer\n    default: 1\n" in capsys.readouterr().out
