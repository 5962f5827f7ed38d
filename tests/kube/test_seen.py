"""Whether the cluster would show what it showed."""
from __future__ import annotations

from typing import Any

import pytest
from tests.kube.scripted import Reply, serving, status

from oakum.kube.client import CONFIG_MAPS, Client
from oakum.kube.errors import ApiError
from oakum.kube.kubeconfig import ClusterConfig
from oakum.kube.seen import Seen, unchanged
from oakum.kube.transport import Transport


def item(name: str, version: str, uid: str = "u") -> dict[str, Any]:
    return {"metadata": {"name": name, "uid": uid, "resourceVersion": version}}


def listed(*items: dict[str, Any], version: str = "9", token: str = "") -> Reply:
    return Reply(200, {"kind": "ConfigMapList", "items": list(items),
                       "metadata": {"resourceVersion": version, "continue": token}})


def again(seen: Seen, reply: Reply) -> bool:
    """Whether a server that answers everything with `reply` shows what was seen."""
    with serving([reply]) as (url, _):
        return unchanged(Transport(ClusterConfig(url)), seen)


def seen_in_list(*replies: Reply) -> Seen:
    """What a list of two pages or one has shown."""
    with serving(list(replies)) as (url, _):
        there = Client(Transport(ClusterConfig(url)))
        there.seen = {}
        there.list(CONFIG_MAPS, "n", labels="a in (b, c)")
        return there.seen


def test_a_list_is_the_same_while_its_items_are() -> None:
    seen = seen_in_list(listed(item("a", "1"), item("b", "2")))
    assert again(seen, listed(item("a", "1"), item("b", "2"), version="12"))


@pytest.mark.parametrize("reply", [
    listed(item("a", "3"), item("b", "2")),
    listed(item("a", "1", "v"), item("b", "2")),
    listed(item("a", "1")),
    listed(item("a", "1"), item("b", "2"), item("c", "3")),
    listed(item("a", "1"), item("b", "2"), token="more"),
    listed(),
    status(403, "Forbidden", "no"),
    Reply(cut=True),
    Reply(200, b"nonsense"),
])
def test_a_list_is_another_when_an_item_is_or_it_cannot_be_read(reply: Reply) -> None:
    assert not again(seen_in_list(listed(item("a", "1"), item("b", "2"))), reply)


def test_a_list_in_pieces_is_asked_for_anew_each_time() -> None:
    seen = seen_in_list(listed(item("a", "1"), token="t"), listed(item("b", "2")))
    assert len(seen) == 2
    assert not again(seen, listed(item("a", "1"), token="u"))


def test_what_was_not_there_must_still_not_be_there() -> None:
    with serving([status(404, "NotFound", "no")]) as (url, _):
        there = Client(Transport(ClusterConfig(url)))
        there.seen = {}
        with pytest.raises(ApiError):
            there.get(CONFIG_MAPS, "a", "n")
    assert again(there.seen, status(404, "NotFound", "not found"))
    assert not again(there.seen, Reply(200, item("a", "1")))


def test_the_first_answer_counts() -> None:
    with serving([Reply(200, item("a", "1")), Reply(200, item("a", "2"))]) as (url, _):
        there = Client(Transport(ClusterConfig(url)))
        there.seen = {}
        there.get(CONFIG_MAPS, "a", "n")
        there.get(CONFIG_MAPS, "a", "n")
    assert again(there.seen, Reply(200, item("a", "1")))
    assert not again(there.seen, Reply(200, item("a", "2")))


def test_many_reads_are_all_looked_at() -> None:
    seen = {f"/api/v1/namespaces/n/configmaps/{number}": "u@1" for number in range(30)}
    with serving(lambda method, path, headers: Reply(200, item("a", "1"))) as (url, asked):
        assert unchanged(Transport(ClusterConfig(url)), seen)
    assert {path for _, path, _ in asked} == seen.keys()
