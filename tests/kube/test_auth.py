"""Credentials that end, or are refused, while many requests are under way."""
from __future__ import annotations

import datetime
import json
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.kube.authority import Authority
from tests.kube.scripted import Answering, Reply, served, serving, status

from oakum.dataclass import replace
from oakum.kube.errors import ApiError, ConfigError, ConnectError
from oakum.kube.kubeconfig import ClusterConfig, ExecPlugin, Identity
from oakum.kube.transport import Transport

REFUSED = status(401, "Unauthorized", "Unauthorized")


def plugin(folder: Path, *answers: dict[str, str], pause: float = 0) -> Identity:
    """A plugin that gives these one after another, and the last one again and again."""
    for n, answer in enumerate(answers, 1):
        (folder / f"{n}.json").write_text(json.dumps(
            {"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": answer}))
    script = folder / "plugin"
    script.write_text(f"#!/bin/sh\ncd {folder}\nsleep {pause}\necho x >> calls\nn=$(wc -l < calls)\n"
                      f"[ $n -gt {len(answers)} ] && n={len(answers)}\ncat $((n)).json\n")
    script.chmod(0o755)
    return Identity(exec=ExecPlugin(str(script), mode="Never"))


def calls(folder: Path) -> int:
    return len((folder / "calls").read_text().splitlines())


@contextmanager
def connected(url: str, who: Identity, ca: bytes = b"", ca_file: str = "") -> Iterator[Transport]:
    transport = Transport(ClusterConfig(url, ca=ca, ca_file=ca_file, identity=who))
    try:
        yield transport
    finally:
        transport.close()


def test_a_token_that_ends_under_many_requests_is_got_again_once(tmp_path: Path) -> None:
    together = threading.Barrier(8)

    def script(method: str, path: str, headers: dict[str, str]) -> Reply:
        if headers["Authorization"] == "Bearer old":
            together.wait()
            return REFUSED
        return Reply(200, {"ok": 1})

    who = plugin(tmp_path, {"token": "old"}, {"token": "new"}, pause=0.1)
    with serving(script) as (url, _), connected(url, who) as transport, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: transport.request("POST", "/x", body={}).status, range(8)))
    assert answers == [200] * 8
    assert calls(tmp_path) == 2


def test_a_token_that_is_refused_after_the_server_was_busy_is_got_again(tmp_path: Path) -> None:
    busy = Reply(429, {}, {"Retry-After": "0"})
    who = plugin(tmp_path, {"token": "old"}, {"token": "new"})
    with serving([busy, REFUSED, Reply(200, {"ok": 1})]) as (url, asked), connected(url, who) as transport:
        assert transport.request("POST", "/x", body={}).json() == {"ok": 1}
    assert [headers["Authorization"][7:] for _, _, headers in asked] == ["old", "old", "new"]


def test_credentials_that_are_refused_again_are_an_error(tmp_path: Path) -> None:
    who = plugin(tmp_path, {"token": "old"})
    with serving([REFUSED]) as (url, asked), connected(url, who) as transport, pytest.raises(ApiError) as caught:
        transport.request("GET", "/x")
    assert (caught.value.code, len(asked), calls(tmp_path)) == (401, 2, 2)


def test_a_token_is_got_again_before_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 600))
    who = plugin(tmp_path, {"token": "old", "expirationTimestamp": ends}, {"token": "new"})
    with serving([Reply(200, {})]) as (url, asked), connected(url, who) as transport:
        transport.request("GET", "/x")
        then = time.time()
        monkeypatch.setattr(time, "time", lambda: then + 595)
        transport.request("GET", "/x")
    assert [headers["Authorization"][7:] for _, _, headers in asked] == ["old", "new"]


def test_a_token_that_comes_with_its_end_behind_it_is_used_until_it_is_refused(tmp_path: Path) -> None:
    who = plugin(tmp_path, {"token": "old", "expirationTimestamp": "2020-01-01T00:00:00Z"}, {"token": "new"})
    with serving([Reply(200, {}), Reply(200, {}), REFUSED, Reply(200, {})]) as (url, _), connected(url, who) as transport:
        for _ in range(3):
            transport.request("GET", "/x")
    assert calls(tmp_path) == 2


class Naming(Answering):
    """Answers with the name in the client's certificate, as long as that lasts: API servers look at each request."""

    def answer(self) -> None:
        shown = self.connection.getpeercert()  # type: ignore[attr-defined]  # of TLS
        ended = ssl.cert_time_to_seconds(shown["notAfter"]) < time.time()
        self.send(REFUSED if ended else Reply(200, dict(pair for part in shown["subject"] for pair in part)))


def test_a_certificate_that_the_plugin_renews_is_shown_on_new_connections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority()
    ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 600))
    pairs = [[pem.decode() for pem in authority.issue(name)] for name in ("first", "second")]
    who = plugin(tmp_path, *({"clientCertificateData": certificate, "clientKeyData": key, "expirationTimestamp": ends}
                             for certificate, key in pairs))
    with (served(Naming, authority.server(tmp_path, clients=True)) as url,
          connected(url, who, authority.pem) as transport):
        names = [transport.request("GET", "/x").json()["commonName"]]
        then = time.time()
        monkeypatch.setattr(time, "time", lambda: then + 595)
        names += [transport.request("GET", "/x").json()["commonName"], next(transport.stream("/x").lines()).decode()]
    assert names == ["first", "second", '{"commonName": "second"}']


def test_a_token_file_is_read_again_as_it_gets_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "token"
    file.write_text("old\n")
    with serving([Reply(200, {})]) as (url, asked), connected(url, Identity(token_file=str(file))) as transport:
        transport.request("GET", "/x")
        file.write_text("new\n")
        transport.request("GET", "/x")
        then = time.time()
        monkeypatch.setattr(time, "time", lambda: then + 61)
        transport.request("GET", "/x")
        file.unlink()
        monkeypatch.setattr(time, "time", lambda: then + 122)
        transport.request("GET", "/x")
    assert [headers["Authorization"][7:] for _, _, headers in asked] == ["old", "old", "new", "new"]


class Closing(Answering):
    """Answers each request on a connection of its own."""

    protocol_version = "HTTP/1.0"

    def answer(self) -> None:
        self.send(Reply(200, {}))


class Pair:
    """Files of a client's certificate and its key."""

    def __init__(self, folder: Path) -> None:
        self.certificate, self.key = folder / "client.crt", folder / "client.key"

    def write(self, pair: tuple[bytes, bytes]) -> Identity:
        """Write both; gives who shows them."""
        self.certificate.write_bytes(pair[0])
        self.key.write_bytes(pair[1])
        return Identity(client_cert=pair[0], client_key=pair[1], cert_files=(str(self.certificate), str(self.key)))


def test_a_certificate_that_is_renewed_on_disk_is_shown_on_new_connections(tmp_path: Path) -> None:
    authority, pair = Authority(), Pair(tmp_path)
    with (served(Naming, authority.server(tmp_path, clients=True)) as url,
          connected(url, pair.write(authority.issue("first")), authority.pem) as transport):
        names = [transport.request("GET", "/x").json()["commonName"]]
        pair.write(authority.issue("second"))
        names += [transport.request("GET", "/x").json()["commonName"], next(transport.stream("/x").lines()).decode()]
    assert names == ["first", "second", '{"commonName": "second"}']


def test_a_certificate_that_is_half_renewed_is_not_shown_yet(tmp_path: Path) -> None:
    authority, pair = Authority(), Pair(tmp_path)
    with (served(Naming, authority.server(tmp_path, clients=True)) as url,
          connected(url, pair.write(authority.issue("first")), authority.pem) as transport):
        def name() -> str:
            return str(transport.request("POST", "/x").json()["commonName"])

        certificate, key = authority.issue("second")
        names = [name()]
        for half in (b"", certificate[:100], certificate):
            pair.certificate.write_bytes(half)
            names.append(name())
        pair.key.unlink()
        names.append(name())
        pair.key.write_bytes(key)
        names.append(name())
    assert names == ["first"] * 5 + ["second"]


def test_a_certificate_that_ends_while_a_request_is_under_way_is_replaced_by_the_renewed_one(tmp_path: Path) -> None:
    authority, pair = Authority(), Pair(tmp_path)
    second = authority.issue("second")

    class Late(Naming):
        def answer(self) -> None:
            time.sleep(max(0.0, ends.timestamp() + 1.1 - time.time()))
            pair.write(second)
            super().answer()

    ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=4)
    with (served(Late, authority.server(tmp_path, clients=True)) as url,
          connected(url, pair.write(authority.issue("first", ends)), authority.pem) as transport):
        assert transport.request("POST", "/x").json() == {"commonName": "second"}


def test_an_authority_that_is_renewed_on_disk_is_trusted_on_new_connections(tmp_path: Path) -> None:
    old, new, file = Authority(), Authority(), tmp_path / "ca.crt"
    file.write_bytes(old.pem)
    contexts = [old.server(tmp_path)]
    with served(Closing, tls=contexts[0]) as url, connected(url, Identity(), old.pem, str(file)) as transport:
        assert transport.request("GET", "/x").status == 200
        contexts[0].load_cert_chain(new.written(tmp_path))
        with pytest.raises(ConnectError, match="x509: certificate"):
            transport.request("GET", "/x")
        file.write_bytes(new.pem)
        assert transport.request("GET", "/x").status == 200


@pytest.mark.parametrize(("given", "header"), [
    (Identity(token="given"), "Bearer given"), (Identity(username="u", password="p"), "Basic dTpw"),
    (Identity(client_cert=b"PEM", client_key=b"PEM"), None),
])
def test_a_plugin_is_not_run_where_the_user_has_credentials(tmp_path: Path, given: Identity, header: str | None) -> None:
    who = replace(given, exec=plugin(tmp_path, {"token": "new"}).exec)
    with serving([REFUSED]) as (url, asked), connected(url, who) as transport, pytest.raises(ApiError):
        transport.request("GET", "/x")
    assert [headers.get("Authorization") for _, _, headers in asked] == [header]
    assert not (tmp_path / "calls").exists()


def test_a_token_file_with_nothing_in_it_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n")
    with (connected("http://127.0.0.1:1", Identity(token_file=str(tmp_path / "token"))) as transport,
          pytest.raises(ConnectError, match=f'read empty token from file "{tmp_path}/token"$')):
        transport.request("GET", "/x")


@pytest.mark.parametrize("name", ["j\u00fcrgen", "\u65e5\u672c"])
def test_names_of_all_languages_are_sent_as_utf_8(name: str) -> None:
    with serving([Reply(200, {})]) as (url, asked), connected(url, Identity(impersonate=name)) as transport:
        transport.request("GET", "/x")
    assert asked[0][2]["Impersonate-User"].encode("latin-1").decode() == name


def test_an_authority_that_was_made_anew_under_its_old_name_is_not_trusted(tmp_path: Path) -> None:
    old, new = Authority(), Authority()
    with (served(Closing, new.server(tmp_path)) as url, connected(url, Identity(), old.pem) as transport,
          pytest.raises(ConnectError, match="x509: certificate signed by unknown authority$")):
        transport.request("GET", "/x")


@pytest.mark.parametrize("remark", ["f\u00fcr uns", ""])
def test_remarks_in_an_authoritys_file_may_be_in_any_language(tmp_path: Path, remark: str) -> None:
    authority = Authority()
    with (served(Closing, authority.server(tmp_path)) as url,
          connected(url, Identity(), f"# {remark}\n".encode() + authority.pem) as transport):
        assert transport.request("GET", "/x").status == 200


@pytest.mark.parametrize("ca", [b"\xff", b"no PEM"])
def test_an_authority_that_is_none_is_never_replaced_by_the_systems(ca: bytes) -> None:
    with (connected("https://127.0.0.1:1", Identity(), ca) as transport,
          pytest.raises(ConfigError, match="^unable to load root certificates: unable to parse bytes as PEM block$")):
        transport.request("GET", "/x")


def test_a_token_file_is_sent_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"t\xff\n")
    with (serving([Reply(200, {})]) as (url, asked),
          connected(url, Identity(token_file=str(tmp_path / "token"))) as transport):
        transport.request("GET", "/x")
    assert asked[0][2]["Authorization"].encode("latin-1") == b"Bearer t\xff"


def test_a_token_of_two_lines_is_told_of_by_its_header() -> None:
    with (serving([Reply(200, {})]) as (url, _), connected(url, Identity(token="secret\n")) as transport,
          pytest.raises(ConnectError, match=': net/http: invalid header field value for "Authorization"$')):
        transport.request("GET", "/x")
