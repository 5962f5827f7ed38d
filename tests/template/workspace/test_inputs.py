import hashlib
import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from oakum.template.workspace.errors import InputError
from oakum.template.workspace.inputs import Inputs


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("d/b.yml", "d/a/z.yml", "d/a.yml", "d/.hidden.yml", "e/x.yml"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def paths(*named: str) -> list[str]:
    return [file.path for file in Inputs().collect(named)]


@pytest.mark.usefixtures("folder")
def test_a_directory_is_walked_and_sorted_bytewise() -> None:
    assert paths("e/x.yml", "d") == ["x.yml", ".hidden.yml", "a.yml", "a/z.yml", "b.yml"]


@pytest.mark.usefixtures("folder")
def test_files_are_numbered_in_command_line_order() -> None:
    assert [file.order for file in Inputs().collect(["d/b.yml", "e"])] == [0, 1]


@pytest.mark.usefixtures("folder")
def test_a_file_may_be_renamed_and_a_directory_not() -> None:
    assert paths("sub/n.lib.yml=d/b.yml", "x=e") == ["sub/n.lib.yml", "x.yml"]
    (file,) = Inputs().find("sub/n.lib.yml=d/b.yml")
    assert (file.library, file.given) == (True, "b.yml")


def test_two_equal_signs_are_refused() -> None:
    with pytest.raises(InputError, match=r"^Expected file 'a=b=c' to only have single '=' sign"):
        paths("a=b=c")


@pytest.mark.usefixtures("folder")
def test_what_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match=r"^Checking file 'nope': lstat nope: no such file or directory$"):
        paths("nope")
    with pytest.raises(InputError, match=r"^Expected file '/dev/null' to be a regular file, but was not$"):
        paths("/dev/null")


def test_standard_input_is_read_once_over_all_flags() -> None:
    inputs = Inputs(stdin=lambda: b"a: 1")
    first, second = inputs.collect(["-", "n.yml=-"])
    assert (first.path, first.data, second.path) == ("stdin.yml", b"a: 1", "n.yml")
    with pytest.raises(InputError, match="Standard input has already been read"):
        _ = second.data


def test_a_named_pipe_is_a_file(folder: Path) -> None:
    os.mkfifo(folder / "p.yml")
    assert paths("p.yml") == ["p.yml"]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path.startswith("/x/a.yml") else 404)
        self.end_headers()
        self.wfile.write(b"a: 1")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        thread = Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()
        thread.join()


def test_a_url_is_fetched_and_named_by_its_last_piece(server: str) -> None:
    (file,) = Inputs().collect([f"{server}/x/a.yml?v"])
    assert (file.path, file.data) == ("a.yml?v", b"a: 1")


def test_a_url_that_answers_otherwise_is_an_error(server: str) -> None:
    (file,) = Inputs().collect([f"{server}/nope.yml"])
    with pytest.raises(InputError, match=rf"^Requesting URL '{server}/nope.yml': 404 Not Found$"):
        _ = file.data


def test_a_url_may_say_what_its_content_must_be(server: str) -> None:
    digest = hashlib.sha256(b"a: 1").hexdigest()
    (file,) = Inputs().collect([f"{server}/x/a.yml#sha256:{digest.upper()}"])
    assert (file.path, file.data) == ("a.yml", b"a: 1")
    (other,) = Inputs().collect([f"{server}/x/a.yml#sha256:{'0' * 64}"])
    with pytest.raises(InputError, match=f"Expected content with SHA-256 {'0' * 64}, but was {digest}"):
        _ = other.data


@pytest.mark.parametrize("digest", ["", "00", "z" * 64, "0" * 65])
def test_a_digest_that_is_none_is_refused_before_anything_is_fetched(digest: str) -> None:
    with pytest.raises(InputError, match=r"^Expected URL 'http://h/a\.yml#sha256:\w*' to end in a SHA-256 digest of 64"):
        Inputs().collect([f"http://me:secret@h/a.yml#sha256:{digest}"])
