import json
import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.kube.scripted import Reply, serving

from oakum.kube.client import CONFIG_MAPS, Client
from oakum.kube.errors import ApiError
from oakum.kube.kubeconfig import ClusterConfig
from oakum.kube.transport import Transport
from oakum.kube.watch import Watch


def item(name: str, version: int) -> dict[str, Any]:
    return {"metadata": {"name": name, "uid": name, "resourceVersion": str(version)}}


def events(*found: tuple[str, dict[str, Any]]) -> bytes:
    return b"".join(json.dumps({"type": t, "object": o}).encode() + b"\n" for t, o in found)


def listing(version: int, *items: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "ConfigMapList", "apiVersion": "v1", "items": list(items),
            "metadata": {"resourceVersion": str(version)}}


def followed(lists: list[dict[str, Any]], streams: list[bytes], count: int) -> tuple[list[str], list[str]]:
    """The first `count` events of a watch, and the versions that it asked to go on from."""
    versions: list[str] = []

    def script(method: str, path: str, headers: dict[str, str]) -> Reply:
        query = parse_qs(urlsplit(path).query)
        if "watch" not in query:
            return Reply(200, lists.pop(0))
        versions.append(query["resourceVersion"][0])
        return Reply(200, streams.pop(0) if streams else b"")

    with serving(script) as (url, _):
        client = Client(Transport(ClusterConfig(url)))
        watch, seen = Watch(client, CONFIG_MAPS), []
        for event in watch:
            seen.append(f"{event.type} {event.object['metadata']['name']}")
            if len(seen) == count:
                watch.close()
        client.transport.close()
    return seen, versions


def test_a_watch_goes_on_from_the_last_bookmark() -> None:
    streams = [events(("MODIFIED", item("a", 2)), ("BOOKMARK", item("", 9))), events(("DELETED", item("a", 10)))]
    assert followed([listing(1, item("a", 1))], streams, 3) == (["ADDED a", "MODIFIED a", "DELETED a"], ["1", "9"])


def test_an_event_that_was_cut_off_comes_again() -> None:
    whole = events(("MODIFIED", item("a", 2)))
    assert followed([listing(1, item("a", 1))], [whole[:-9], whole], 2)[0] == ["ADDED a", "MODIFIED a"]


def test_after_a_version_that_is_gone_the_difference_is_told() -> None:
    gone = events(("ERROR", {"kind": "Status", "code": 410, "message": "too old", "reason": "Expired"}))
    lists = [listing(1, item("a", 1), item("b", 1)), listing(5, item("b", 4), item("c", 5))]
    seen, _ = followed(lists, [gone], 5)
    assert seen == ["ADDED a", "ADDED b", "MODIFIED b", "ADDED c", "DELETED a"]


def failure(code: int, **details: Any) -> bytes:
    return events(("ERROR", {"kind": "Status", "code": code, "message": "wrong", "details": details}))


@pytest.mark.parametrize("broken", [b"[]\n", b"<html>\n", b"{}\n", b'{"type": "MODIFIED"}\n', b'{"type": "MODIFIED", "object": "x"}\n',
                                    b'{"type": "ERROR", "object": "x"}\n', b'{"type": "MODIFIED", "object": {"metadata": 1}}\n',
                                    failure(429, retryAfterSeconds=0), failure(500), failure(503), failure(504)])
def test_a_watch_that_goes_wrong_for_a_moment_goes_on(broken: bytes) -> None:
    seen, versions = followed([listing(1)], [broken, events(("ADDED", item("a", 2)))], 1)
    assert (seen, versions) == (["ADDED a"], ["1", "1"])


def test_a_watch_that_is_not_allowed_any_more_ends() -> None:
    with pytest.raises(ApiError, match="wrong"):
        followed([listing(1)], [failure(403)], 1)


@pytest.mark.parametrize("answer", [b"", b"[]\n", failure(410), failure(429)], ids=["nothing", "no event", "gone", "busy"])
def test_a_server_whose_watches_always_end_at_once_is_left_alone_for_longer_each_time(
    monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    pauses: list[float] = []
    enough = threading.Event()

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        if len(pauses) == 4:
            enough.set()
        return enough.is_set()

    def script(method: str, path: str, headers: dict[str, str]) -> Reply:
        return Reply(200, answer if "watch=1" in path else listing(1))

    with serving(script) as (url, asked):
        client = Client(Transport(ClusterConfig(url)))
        watch = Watch(client, CONFIG_MAPS)
        monkeypatch.setattr(watch._closed, "wait", wait)
        assert list(watch) == []
        client.transport.close()
    assert pauses == [0.2, 0.4, 0.8, 1.6]
    assert sum("watch=1" in path for _, path, _ in asked) == 4
