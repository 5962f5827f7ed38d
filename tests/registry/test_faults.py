"""What a registry, and what lies on the way to it, may do wrong while work is going on."""
from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from oakum.http.body import Body
from oakum.http.head import parse as parse_head
from oakum.http.incoming import Incoming
from oakum.http.response import Response
from oakum.registry import attempts, manifests, push
from oakum.registry.blobs import BlobReader, BytesBlob
from oakum.registry.client import connect as connect_as_users_do
from oakum.registry.connections import Options
from oakum.registry.credentials import Credentials
from oakum.registry.descriptor import Descriptor
from oakum.registry.errors import ConnectError, ContentError, StatusError
from oakum.registry.reference import Repository, parse, parse_repository
from oakum.registry.retry import RetryPolicy
from oakum.registry.transport import Request, Transport
from oakum.workers import Workers

from .conftest import Host, connect, login
from .faults import Front, front

BLOB = BytesBlob(os.urandom(200_000))
WHERE = Descriptor("", BLOB.digest, BLOB.size)


@pytest.fixture
def guarded(token_registry: Host) -> Iterator[Front]:
    """A front to a registry that wants tokens, whose token service is behind the front too."""
    with front(token_registry.address) as made:
        yield made


def _read(address: str, **options: Any) -> bytes:
    return BlobReader(connect(**options), parse_repository(f"{address}/app"), WHERE).read()


# slow


def test_a_body_that_drips_is_read_to_its_end(registry: Host, faulty: Front) -> None:
    push.upload(registry.transport, registry.ref("app").repository, BLOB)
    faulty.order(match="GET /v2/app/blobs", drip=0.01)
    assert _read(faulty.address) == BLOB.raw
    assert [line for line in faulty.seen if "blobs" in line] == [f"GET /v2/app/blobs/{BLOB.digest}"]


def test_an_upload_that_gets_no_answer_in_time_is_an_error(faulty: Front) -> None:
    faulty.order(match="POST", delay=0.5, times=9)
    with pytest.raises(ConnectError, match=r'^Post "http://.*/v2/app/blobs/uploads/": net/http: timeout awaiting'):
        push.upload(connect(answer_timeout=0.05), parse_repository(f"{faulty.address}/app"), BLOB)


def test_a_registry_that_wants_fewer_requests_is_left_alone_as_long_as_it_says(registry: Host, faulty: Front) -> None:
    pushed, slept = registry.push_image("app:1"), []
    inner = connect()
    transport = Transport(inner._connections, inner._keychain, sleep=slept.append)
    faulty.order(match="manifests", status=429, headers={"Retry-After": "7"})
    faulty.order(match="manifests", status=503, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})
    assert manifests.head(transport, parse(f"{faulty.address}/app:1")).digest == pushed.digest
    assert slept == [7.0, 0.0]


# redirects


def test_redirects_without_an_end_are_an_error(registry: Host, faulty: Front) -> None:
    faulty.order(match="manifests", times=99, status=307, headers={"Location": "/v2/app/manifests/1"})
    with pytest.raises(ConnectError, match=r'^Get "http://.*/v2/app/manifests/1": stopped after 10 redirects$'):
        manifests.get(connect(), parse(f"{faulty.address}/app:1"))
    assert len([line for line in faulty.seen if "manifests" in line]) == 10


def test_a_blob_may_lie_on_another_host_and_is_resumed_there(
    registry: Host, basic_registry: Host, faulty: Front
) -> None:
    push.upload(registry.transport, registry.ref("app").repository, BLOB)
    path = f"/v2/app/blobs/{BLOB.digest}"
    with front(basic_registry.address) as home:
        home.order(match=path, times=9, status=307, headers={"Location": f"http://{faulty.address}{path}"})
        faulty.order(match=path, times=2, truncate=50_000)
        reader = BlobReader(connect(login(home.address)), parse_repository(f"{home.address}/app"), WHERE)
        assert reader.read() == BLOB.raw
    assert len([line for line in faulty.seen if path in line]) == 3


@dataclass
class Wire:
    """Connections that note the login each URL got, and answer as told."""

    answers: dict[str, tuple[int, dict[str, str]]]
    options: Options = field(default_factory=Options)
    seen: list[tuple[str, bool]] = field(default_factory=list)

    def send(self, method: str, url: str, headers: dict[str, str], *_: object, **__: object) -> Response:
        self.seen.append((url, "Authorization" in headers))
        status, answered = self.answers.get(url, (200, {}))
        lines = "".join(f"{name}: {value}\r\n" for name, value in answered.items())
        head = parse_head(f"HTTP/1.1 {status} OK\r\nContent-Length: 0\r\n{lines}".encode())
        return Response(head, Body(Incoming(None), head, method), None, url, lambda whole: None)


class Ada:
    def lookup(self, _: Repository) -> Credentials:
        return Credentials("ada", "pw")


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("https://r.io/v2/elsewhere", True),
        ("http://r.io/v2/elsewhere", False),
        ("https://r.io:444/v2/elsewhere", False),
        ("https://s.io/v2/elsewhere", False),
    ],
)
def test_a_login_stays_with_the_registry_and_does_not_leave_tls(target: str, told: bool) -> None:
    wire = Wire({"https://r.io/v2/app/x": (307, {"Location": target})})
    transport = Transport(wire, Ada())  # type: ignore[arg-type]  # only `send` and `options` are used
    transport.send(Request("GET", Repository("r.io", "app"), "app/x"))
    assert wire.seen == [("https://r.io/v2/", False), ("https://r.io/v2/app/x", True), (target, told)]


def test_a_login_does_not_follow_an_upload_to_another_host() -> None:
    wire = Wire({})
    transport = Transport(wire, Ada())  # type: ignore[arg-type]  # as above
    transport.send(Request("PUT", Repository("r.io", "app"), "https://evil.io/upload?x=1", body=b""))
    assert wire.seen[-1] == ("https://evil.io/upload?x=1", False)


# tokens


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"status": 503}, "GET http://.*/token.*: unexpected status code 503 Service Unavailable$"),
        ({"status": 403, "body": b'{"errors":[{"code":"DENIED","message":"no"}]}'}, "GET http://.*/token.*: DENIED: no$"),
        ({"status": 200, "body": b"<html>"}, "^Token service 127.0.0.1:[0-9]+ answered without a token$"),
        ({"status": 200, "body": b'{"token": ""}'}, "answered without a token$"),
        ({"drop": True}, 'Get "http://.*/token.*": (EOF|unexpected EOF|read tcp .*: connection reset by peer)$'),
        ({"truncate": 10}, 'Get "http://.*/token.*": unexpected EOF$'),
    ],
)
def test_a_token_service_that_fails_is_named(guarded: Front, fault: dict[str, Any], words: str) -> None:
    guarded.order(match="/token", times=99, **fault)
    with pytest.raises((StatusError, ConnectError, ContentError), match=words) as caught:
        manifests.get(connect(login(guarded.address)), parse(f"{guarded.address}/team/app:1"))
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": True}, {"status": 200, "body": b"<html>"}])
def test_a_token_service_that_fails_is_asked_once_for_all_images(
    guarded: Front, fault: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oakum.registry.tokens.FAILURE_KEPT_S", 60)
    monkeypatch.setattr("oakum.registry.session.FAILURE_KEPT_S", 60)
    guarded.order(match="/token", times=99, **fault)
    transport = connect(login(guarded.address))
    images = [parse(f"{guarded.address}/team/app{number}:1") for number in range(8)]
    with Workers(8) as workers:
        jobs = [workers.submit(manifests.resolve, transport, image) for image in images]
    tries = 1 if fault.get("status") == 200 else 3
    assert len([line for line in guarded.seen if "/token" in line]) == tries
    for number, job in enumerate(jobs):
        assert f"app{number}%3Apull" in str(job.error) or "answered without a token" in str(job.error)


def test_a_token_that_is_refused_is_asked_for_once_and_others_all_the_same(guarded: Front) -> None:
    guarded.order(match="/token", times=1, status=403, body=b'{"errors":[{"code":"DENIED","message":"no"}]}')
    transport = connect(login(guarded.address))
    with pytest.raises(StatusError, match="DENIED: no$"):
        manifests.resolve(transport, parse(f"{guarded.address}/team/secret:1"))
    assert len([line for line in guarded.seen if "/token" in line]) == 1
    with pytest.raises(StatusError, match="MANIFEST_UNKNOWN|NAME_UNKNOWN"):
        manifests.resolve(transport, parse(f"{guarded.address}/team/none:1"))


def test_a_token_service_that_recovers_serves_the_next_try_at_writing(token_registry: Host, guarded: Front) -> None:
    token_registry.push_image("team/app:1")
    guarded.order(match="/token", times=3, status=503)
    transport, read = connect(login(guarded.address)), list[bytes]()
    ref = parse(f"{guarded.address}/team/app:1")
    attempts.write(lambda: read.append(manifests.get(transport, ref).raw), time.sleep)
    assert len(read) == 1
    assert len([line for line in guarded.seen if "/token" in line]) == 4


def test_a_token_service_that_is_down_is_named(registry: Host, faulty: Front) -> None:
    challenge = {"WWW-Authenticate": 'Bearer realm="http://127.0.0.1:1/token",service="s"'}
    faulty.order(match="GET /v2/ ", status=401, headers=challenge)
    faulty.order(match="GET /v2/", status=401, headers=challenge)
    with pytest.raises(ConnectError, match=r'^Get "http://127.0.0.1:1/token\?.*": dial tcp .*: connection refused$'):
        manifests.get(connect(), parse(f"{faulty.address}/app:1"))


@pytest.mark.parametrize("step", ["POST", "PATCH", "PUT /v2/team/app/blobs"])
def test_a_token_that_expires_during_an_upload_is_renewed(
    token_registry: Host, guarded: Front, step: str
) -> None:
    transport = connect(login(guarded.address))
    expired = {
        "WWW-Authenticate": f'Bearer realm="http://{guarded.address}/token",service="{guarded.address}",'
        'scope="repository:team/app:pull,push"'
    }
    if step == "PATCH":
        guarded.order(match="PUT /v2/team/app/blobs", status=413)
    guarded.order(match=step, status=401, headers=expired)
    push.upload(transport, parse_repository(f"{guarded.address}/team/app"), BLOB, chunk=60_000)
    tokens = [line for line in guarded.seen if "/token" in line]
    assert len(tokens) >= 2
    reader = BlobReader(token_registry.transport, token_registry.ref("team/app").repository, WHERE)
    assert reader.read() == BLOB.raw


def test_tokens_are_asked_for_with_the_scope_of_the_work(guarded: Front) -> None:
    transport = connect(login(guarded.address))
    one, two = (parse_repository(f"{guarded.address}/team/{name}") for name in ("one", "two"))
    push.upload(transport, one, BLOB)
    push.upload(transport, two, BLOB, mount_from=one)
    scopes = [line.split("scope=", 1)[1].replace("%3A", ":").replace("%2F", "/").replace("%2C", ",")
              for line in guarded.seen if "/token" in line]
    assert [scope.split("&service")[0] for scope in scopes] == [
        "repository:team/one:pull",
        "repository:team/one:push,pull",
        "repository:team/two:pull",
        "repository:team/two:push,pull&scope=repository:team/one:pull",
    ]


def test_an_identity_token_is_exchanged_and_a_registry_token_is_used_as_it_is(registry: Host, faulty: Front) -> None:
    pushed = registry.push_image("app:1")
    challenge = {"WWW-Authenticate": f'Bearer realm="http://{faulty.address}/token",service="s"'}
    for environ in ({"IDENTITY_TOKEN": "i"}, {"REGISTRY_TOKEN": "r"}):
        faulty.seen.clear()
        faulty.order(match="GET /v2/", status=401, headers=challenge)
        faulty.order(match="POST /token", status=200, body=json.dumps({"access_token": "t"}).encode())
        known = {f"KBLD_REGISTRY_{name}": value for name, value in environ.items()}
        transport = connect({"KBLD_REGISTRY_HOSTNAME": faulty.address, **known})
        assert manifests.head(transport, parse(f"{faulty.address}/app:1")).digest == pushed.digest
        asked = [line for line in faulty.seen if "/token" in line]
        assert asked == (["POST /token"] if "IDENTITY_TOKEN" in environ else [])
        faulty.faults.clear()


# uploads that break


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_an_upload_that_is_refused_for_the_moment_goes_on(registry: Host, faulty: Front, status: int) -> None:
    faulty.order(match="POST", status=status, headers={"Retry-After": "0"})
    faulty.order(match="PUT", status=status, headers={"Retry-After": "0"})
    push.upload(connect(), parse_repository(f"{faulty.address}/app"), BLOB, chunk=100_000)
    assert BlobReader(registry.transport, registry.ref("app").repository, WHERE).read() == BLOB.raw


def test_a_broken_upload_is_not_taken_up_again_at_once(registry: Host, faulty: Front) -> None:
    inner, slept = connect(), []
    transport = Transport(inner._connections, inner._keychain, RetryPolicy((1.0, 3.0), jitter=0), slept.append)
    faulty.order(match="PUT", status=429, headers={"Retry-After": "9"})
    faulty.order(match="PUT", status=413)
    faulty.order(match="PATCH", times=3, read_only=1000)
    push.upload(transport, parse_repository(f"{faulty.address}/app"), BLOB)
    assert slept == [9.0, 1.0, 3.0, 3.0]


def test_an_upload_that_the_registry_has_lost_begins_anew(registry: Host, faulty: Front) -> None:
    faulty.order(match="PUT", status=413)
    faulty.order(match="PATCH", read_only=1000)
    faulty.order(match="GET /v2/app/blobs/uploads", status=404)
    push.upload(connect(), parse_repository(f"{faulty.address}/app"), BLOB, chunk=60_000)
    assert len([line for line in faulty.seen if line.startswith("POST")]) == 3
    assert BlobReader(registry.transport, registry.ref("app").repository, WHERE).read() == BLOB.raw


def test_an_upload_may_break_often_as_long_as_it_gets_on(registry: Host, faulty: Front) -> None:
    faulty.order(match="PUT", status=413)
    for _ in range(8):
        faulty.order(match="PATCH", read_only=1000)
        faulty.order(match="PATCH", status=0)
    push.upload(connect(), parse_repository(f"{faulty.address}/app"), BLOB, chunk=25_000)
    assert BlobReader(registry.transport, registry.ref("app").repository, WHERE).read() == BLOB.raw


def test_an_upload_that_breaks_again_and_again_is_an_error_and_leaves_no_blob(registry: Host, faulty: Front) -> None:
    faulty.order(match="PUT", status=413)
    faulty.order(match="PATCH", times=99, read_only=1000)
    with pytest.raises(ConnectError, match='^Patch "http://'):
        push.upload(connect(), parse_repository(f"{faulty.address}/app"), BLOB, chunk=60_000)
    with pytest.raises(StatusError, match="BLOB_UNKNOWN"):
        BlobReader(registry.transport, registry.ref("app").repository, WHERE).read()


def test_a_registry_that_stores_other_bytes_is_found_out(registry: Host, faulty: Front) -> None:
    pushed = registry.push_image("app:1")
    wrong = {"Docker-Content-Digest": "sha256:" + "0" * 64}
    faulty.order(match="PUT /v2/app/manifests", status=201, headers=wrong)
    with pytest.raises(ContentError, match=r"^Registry stored .*/app:2 as sha256:000"):
        manifests.put(connect(), parse(f"{faulty.address}/app:2"), pushed)


def test_waits_between_tries_are_those_of_the_reference() -> None:
    policy = connect_as_users_do(environ={})._attempts._policy
    assert policy.delays == (0.1, 0.3)
    assert policy.patience == 60.0


# digests that nothing binds to their content


def test_a_tag_is_asked_for_once_where_its_answer_is_bound_to_its_content(registry: Host, faulty: Front) -> None:
    pushed = registry.push_image("app:1")
    ref = parse(f"{faulty.address}/app:1")
    assert manifests.resolve(connect(), ref).digest == pushed.digest
    assert _asked(faulty) == ["HEAD"]
    faulty.order(match="HEAD", hide="Docker-Content-Digest")
    assert manifests.resolve(connect(), ref).digest == pushed.digest
    assert _asked(faulty) == ["HEAD", "HEAD", "GET"]


def test_a_tag_is_asked_for_again_where_it_is_not(registry: Host, faulty: Front) -> None:
    pushed = registry.push_image("app:1")
    faulty.order(match="HEAD", hide="ETag", times=2)
    assert manifests.resolve(connect(), parse(f"{faulty.address}/app:1")).digest == pushed.digest
    assert _asked(faulty) == ["HEAD", "HEAD"]


def test_a_tag_that_has_another_digest_when_it_is_asked_for_again_is_refused(registry: Host, faulty: Front) -> None:
    kind = registry.push_image("app:1").media_type
    told = {"Docker-Content-Digest": "sha256:" + "a" * 64, "Content-Type": kind, "Content-Length": "2"}
    faulty.order(match="HEAD", status=200, headers=told)
    with pytest.raises(ContentError, match="^Expected digest resolution to be consistent over two separate requests$"):
        manifests.resolve(connect(), parse(f"{faulty.address}/app:1"))


def _asked(faulty: Front) -> list[str]:
    return [line.partition(" ")[0] for line in faulty.seen if "manifests" in line]
