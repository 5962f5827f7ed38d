from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from tests.registry.conftest import Host
from tests.registry.faults import front

from oakum.images.errors import ConfigError
from oakum.images.inputs import Input, documents, read


def _documents(text: str) -> list[dict[str, object]]:
    return documents(Input("stdin", text))


def test_a_folder_gives_its_yaml_and_json_sorted_by_full_path(work: Path) -> None:
    for name in ("d/b.yml", "d/sub/z.json", "d/sub.yaml", "d/note.txt", "d/.hidden.yml", "d/X.YML"):
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text("")
    labels = [source.label for source in read(["d"], io.StringIO())]
    assert labels == [f"file '{name}'" for name in ("d/.hidden.yml", "d/b.yml", "d/sub.yaml", "d/sub/z.json")]


def test_standard_input_is_read_once() -> None:
    stdin = io.StringIO("a: 1")
    assert [source.text for source in read(["-", "-"], stdin)] == ["a: 1", ""]


@pytest.mark.parametrize("name", ["nope.yml", ""])
def test_a_missing_file_is_an_error(work: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=f"^Unable to stat file: stat {name}: no such file or directory$"):
        list(read([name], io.StringIO()))


def test_a_url_that_answers_with_an_error_is_one(registry: Host) -> None:
    with front(registry.address) as web:
        url = f"http://{web.address}/x.yml"
        web.order(status=200, body=b"a: 1")
        assert [source.text for source in read([url], io.StringIO())] == ["a: 1"]
        web.order(status=404, body=b"a: 1")
        with pytest.raises(ConfigError, match=f"^Parsing HTTP URL '{url}': Requesting URL '{url}': 404 Not Found$"):
            list(read([url], io.StringIO()))


def test_empty_documents_are_skipped() -> None:
    assert _documents("---\n---\n# x\n---\nnull\n---\n{}\n---\na: 1\n") == [{"a": 1}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\n---\nb: [\n", "Parsing stdin doc 2: error converting YAML to JSON: yaml: line"),
        ("--- foo\na: 1\n", "Parsing stdin: invalid Yaml document separator: foo"),
        ("- a\n", "Parsing stdin doc 1: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go"),
        ("5\n", "Parsing stdin doc 1: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal number into"),
        ("items: [1]\n", "Parsing stdin doc 1: items member is not an object: map[string]interface {}"),
        ("a: .inf\n", "Parsing stdin doc 1: error converting YAML to JSON: json: unsupported value: +Inf"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_document(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _documents(text)
    assert str(caught.value).startswith(words)


def test_a_folder_that_may_not_be_read_is_an_error_not_an_empty_one(work: Path) -> None:
    (work / "d/closed").mkdir(parents=True)
    (work / "d/closed").chmod(0)
    work.chmod(0o755)
    user = os.geteuid()
    if not user:
        os.seteuid(65534)  # root reads everything
    try:
        with pytest.raises(ConfigError, match="^Listing files 'd': open d/closed: permission denied$"):
            list(read(["d"], io.StringIO()))
    finally:
        os.seteuid(user)
