"""Where errors say more than the reference's."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.kapp.conftest import Kapp

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: q}
spec:
  ports:
  - port: 70000
"""
SAID = """\
create service/q (v1) namespace: {NS}:
  Creating resource service/q (v1) namespace: {NS}:
    API server says:
      Service "q" is invalid: 

  - spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535

  - inclusive

  - spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535

  - inclusive

 (reason: Invalid)"""
WHERE = """
- spec.ports[0].port is set at a.yml:6
- spec.ports[0].targetPort is not set; it belongs to what begins at a.yml:6"""


def test_a_rejection_is_told_in_the_words_of_the_reference(kapp: Kapp) -> None:
    assert kapp.deploy_fails(SERVICE) == SAID


def test_when_asked_for_a_rejection_comes_with_file_and_line(kapp: Kapp) -> None:
    assert kapp.deploy_fails(SERVICE, "--explain-errors") == SAID + WHERE


def test_a_person_at_a_terminal_is_told_file_and_line_unasked(kapp: Kapp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert kapp.deploy_fails(SERVICE) == SAID + WHERE


def test_a_value_of_the_wrong_type_is_found_too(kapp: Kapp) -> None:
    told = kapp.deploy_fails("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: 1\n", "--explain-errors")
    assert told.endswith("of type string (reason: BadRequest)\n- data is set at a.yml:4")


@pytest.mark.parametrize("words", [
    ("inspect", "-a", "a\udcff"),
    ("deploy", "-a", "a\udcff", "-f", "a.yml", "-y"),
    ("deploy", "-a", "a", "-f", "a.yml", "-y", "--labels", "x=\udcff"),
], ids=" ".join)  # fmt: skip
def test_an_argument_that_is_no_text_is_refused_like_any_other_bad_name(kapp: Kapp, words: tuple[str, ...]) -> None:
    del kapp  # it has gone to the folder of the test, and says where the cluster is
    Path("a.yml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n")
    done = subprocess.run([Path(sys.executable).parent / "kapp", *words], capture_output=True)
    assert done.returncode == 1
    assert done.stderr.startswith(b"kapp: Error: ")
    assert b"Traceback" not in done.stderr
