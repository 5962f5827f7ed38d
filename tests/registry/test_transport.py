from __future__ import annotations

import socket

import pytest

from oakum.registry import manifests, media, push, tags
from oakum.registry.blobs import BytesBlob
from oakum.registry.descriptor import digest_of
from oakum.registry.errors import ConnectError, ContentError, CredentialsError, StatusError
from oakum.registry.reference import parse

from .conftest import Host, connect, login
from .faults import Front


def test_one_head_request_resolves_a_tag(registry: Host, faulty: Front) -> None:
    pushed = registry.push_image("app:1")
    transport = connect()
    for _ in range(3):
        assert manifests.resolve(transport, parse(f"{faulty.address}/app:1")).digest == pushed.digest
    assert [line.split()[0] for line in faulty.seen] == ["GET", "HEAD", "HEAD", "HEAD"]


def test_get_answers_where_head_does_not_work(registry: Host, faulty: Front) -> None:
    pushed = registry.push_image("app:1")
    faulty.order(match="HEAD", status=405)
    assert manifests.resolve(connect(), parse(f"{faulty.address}/app:1")).digest == pushed.digest


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again(registry: Host, faulty: Front, status: int) -> None:
    pushed = registry.push_image("app:1")
    faulty.order(match="manifests", times=2, status=status, headers={"Retry-After": "0"})
    assert manifests.head(connect(), parse(f"{faulty.address}/app:1")).digest == pushed.digest


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_is_not_tried_again(registry: Host, faulty: Front, status: int) -> None:
    faulty.order(match="manifests", times=9, status=status)
    with pytest.raises(StatusError, match=f"unexpected status code {status}"):
        manifests.get(connect(), parse(f"{faulty.address}/app:1"))
    assert len([line for line in faulty.seen if "manifests" in line]) == 1


def test_a_dropped_connection_is_tried_again(registry: Host, faulty: Front) -> None:
    pushed = registry.push_image("app:1")
    faulty.order(match="manifests", times=2, drop=True)
    assert manifests.get(connect(), parse(f"{faulty.address}/app:1")).digest == pushed.digest


def test_a_truncated_manifest_is_asked_for_again(registry: Host, faulty: Front) -> None:
    pushed = registry.push_image("app:1")
    faulty.order(match="manifests", truncate=20)
    assert manifests.get(connect(), parse(f"{faulty.address}/app:1")).raw == pushed.raw


def test_wrong_bytes_for_a_digest_are_refused(registry: Host, faulty: Front) -> None:
    pushed = registry.push_image("app:1")
    faulty.order(match="manifests", change=lambda raw: raw.replace(b"2", b"3"))
    with pytest.raises(ContentError, match="does not match requested digest"):
        manifests.get(connect(), parse(f"{faulty.address}/app@{pushed.digest}"))


def test_a_registry_that_hangs_is_given_up_on(registry: Host, faulty: Front) -> None:
    faulty.order(match="manifests", delay=1.0, times=9)
    with pytest.raises(ConnectError, match="timeout awaiting response headers"):
        manifests.get(connect(answer_timeout=0.05), parse(f"{faulty.address}/app:1"))


def test_a_token_is_fetched_once_for_a_repository(token_registry: Host) -> None:
    pushed = token_registry.push_image("team/app:1")
    assert manifests.resolve(token_registry.transport, token_registry.ref("team/app:1")).digest == pushed.digest


def test_a_ping_that_fails_for_the_moment_is_tried_again(registry: Host, faulty: Front) -> None:
    pushed = registry.push_image("app:1")
    faulty.order(match="GET /v2/", status=503)
    faulty.order(match="GET /v2/", drop=True)
    assert manifests.resolve(connect(), parse(f"{faulty.address}/app:1")).digest == pushed.digest


def test_a_login_goes_with_every_request_of_a_basic_registry(basic_registry: Host) -> None:
    pushed = basic_registry.push_image("team/app:1")
    assert manifests.resolve(basic_registry.transport, basic_registry.ref("team/app:1")).digest == pushed.digest


def test_a_wrong_password_is_reported_without_it(token_registry: Host, basic_registry: Host) -> None:
    for host in (token_registry, basic_registry):
        transport = connect(login(host.address, "wr0ng"))
        with pytest.raises(StatusError) as caught:
            manifests.get(transport, host.ref("team/app:1"))
        assert caught.value.status == 401
        assert "wr0ng" not in str(caught.value)


def test_an_expired_token_is_renewed(token_registry: Host) -> None:
    token_registry.push_image("team/app:1")
    session = token_registry.transport._session(token_registry.address)
    session._tokens = dict.fromkeys(session._tokens, "expired")
    assert manifests.get(token_registry.transport, token_registry.ref("team/app:1")).raw


def test_the_login_does_not_follow_a_redirect_to_another_host(basic_registry: Host, faulty: Front) -> None:
    faulty.order(match="manifests", status=307, headers={"Location": f"http://{basic_registry.address}/v2/x/manifests/1"})
    transport = connect(login(faulty.address))
    with pytest.raises(StatusError) as caught:
        manifests.get(transport, parse(f"{faulty.address}/app:1"))
    assert caught.value.status == 401


def test_a_broken_login_is_told_before_the_registry_is_asked() -> None:
    with pytest.raises(CredentialsError, match="^Unknown env variable 'KBLD_REGISTRY_FOO'$"):
        manifests.get(connect({"KBLD_REGISTRY_FOO": "x"}), parse("127.0.0.1:1/app:1"))


def test_both_failures_are_named_when_nothing_listens() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{probe.getsockname()[1]}"
    words = f"dial tcp {host}: connect: connection refused"
    with pytest.raises(ConnectError) as caught:
        manifests.get(connect(), parse(f"{host}/app:1"))
    assert str(caught.value) == f'Get "https://{host}/v2/": {words}; Get "http://{host}/v2/": {words}'


def test_plain_http_is_not_used_for_a_host_that_may_be_far_away(registry: Host) -> None:
    port = registry.address.split(":")[1]
    with pytest.raises(ConnectError, match="server gave HTTP response to HTTPS client|connection refused"):
        manifests.get(connect(), parse(f"127.0.0.2:{port}/app:1"))


def test_tags_are_listed_page_by_page(registry: Host, faulty: Front) -> None:
    for tag in ("a", "b", "c"):
        registry.push_image(f"app:{tag}")
    link = '</v2/app/tags/list?n=1000&last=b>; rel="next"'
    faulty.order(match="tags/list", status=200, body=b'{"tags":["a","b"]}', headers={"Link": link})
    assert tags.tags(connect(), parse(f"{faulty.address}/app:x").repository) == ["a", "b", "c"]


def test_a_page_of_tags_that_names_itself_as_the_next_is_the_last(faulty: Front) -> None:
    link = '</v2/app/tags/list?n=1000>; rel="next"'
    faulty.order(match="tags/list", times=9, status=200, body=b'{"tags":["a"]}', headers={"Link": link})
    assert tags.tags(connect(), parse(f"{faulty.address}/app:x").repository) == ["a"]


@pytest.mark.parametrize("body", [b"x", b"[]", b'{"tags": 5}', b'{"tags": {"a": 1}}'])
def test_what_is_no_list_of_tags_is_refused(faulty: Front, body: bytes) -> None:
    faulty.order(match="tags/list", status=200, body=body)
    with pytest.raises(ContentError, match="the registry's answer is not a list of tags"):
        tags.tags(connect(), parse(f"{faulty.address}/app:x").repository)


def test_a_next_page_that_is_no_address_is_refused(faulty: Front) -> None:
    faulty.order(match="tags/list", status=200, body=b'{"tags":["a"]}', headers={"Link": '<http://[>; rel="next"'})
    with pytest.raises(ContentError, match=r"^Tags of .*: the registry names a next page that is no address: http://\[$"):
        tags.tags(connect(), parse(f"{faulty.address}/app:x").repository)


@pytest.mark.parametrize(("told", "kept"), [("md5:x", False), ("", False), ("sha256:" + "1" * 64, True)])
def test_a_signed_manifest_of_old_has_the_digest_that_the_registry_tells_where_that_is_one(
    faulty: Front, told: str, kept: bool
) -> None:
    headers = {"Docker-Content-Digest": told, "Content-Type": media.DOCKER_SCHEMA1_SIGNED}
    faulty.order(match="manifests", status=200, body=b"{}", headers=headers)
    found = manifests.get(connect(), parse(f"{faulty.address}/app:x"))
    assert found.digest == (told if kept else digest_of(b"{}"))


@pytest.mark.parametrize("target", ["http://[", "http://h:99999/x", "http://h:x/"])
def test_a_redirect_to_what_is_no_address_is_refused(faulty: Front, target: str) -> None:
    faulty.order(match="manifests", times=9, status=307, headers={"Location": target})
    with pytest.raises(ConnectError) as caught:
        manifests.get(connect(), parse(f"{faulty.address}/app:1"))
    assert str(caught.value) == (
        f'Get "http://{faulty.address}/v2/app/manifests/1": failed to parse Location header "{target}"'
    )


def test_an_upload_that_is_to_go_on_at_what_is_no_address_is_refused(faulty: Front) -> None:
    faulty.order(match="POST", times=9, status=202, headers={"Location": "http://["})
    with pytest.raises(ConnectError, match=r'^Post ".*": failed to parse Location header "http://\["$'):
        push.upload(connect(), parse(f"{faulty.address}/app:1").repository, BytesBlob(b"x"))


@pytest.mark.parametrize("realm", ["http://[", "http://h:x/", "h/token", ""])
def test_a_realm_that_is_no_address_is_refused(faulty: Front, realm: str) -> None:
    faulty.order(match="/v2/", status=401, headers={"WWW-Authenticate": f'Bearer realm="{realm}"'})
    with pytest.raises(ContentError, match="asks for a token but names no realm to get one from"):
        manifests.get(connect(), parse(f"{faulty.address}/app:1"))
