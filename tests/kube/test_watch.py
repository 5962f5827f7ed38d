import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.kube.scripted import Reply, serving

from oakum.kube.client import CONFIG_MAPS, Client
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
