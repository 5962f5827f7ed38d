import threading
from typing import Any

import orjson
import urllib3
from tests.lab.api.client import MAPS, Client, config_map

from oakum.lab.api import app
from oakum.lab.serving import serving
from oakum.lab.store import Store


def told(lines: list[Any]) -> list[tuple[str, str]]:
    return [(line["type"], line["object"]["metadata"].get("name", "")) for line in lines]


def watch(client: Client, query: str) -> list[Any]:
    return client.get(f"{MAPS}?watch=1&timeoutSeconds=1&{query}").lines


def version(client: Client) -> str:
    found: str = client.get(MAPS).json["metadata"]["resourceVersion"]
    return found


def test_a_watch_resumes_after_a_version(client: Client) -> None:
    since = version(client)
    client.post(MAPS, config_map("a"))
    client.put(f"{MAPS}/a", config_map("a", x="1"))
    client.delete(f"{MAPS}/a")
    assert told(watch(client, f"resourceVersion={since}")) == [("ADDED", "a"), ("MODIFIED", "a"), ("DELETED", "a")]


def test_a_watch_without_a_version_starts_with_what_is_there(client: Client) -> None:
    client.post(MAPS, config_map("a"))
    assert told(watch(client, "")) == [("ADDED", "a")]


def test_an_object_that_stops_matching_is_deleted_for_the_watch(client: Client) -> None:
    since = version(client)
    body = config_map("a")
    body["metadata"]["labels"] = {"tier": "web"}
    client.post(MAPS, body)
    client.patch(f"{MAPS}/a", {"metadata": {"labels": {"tier": "db"}}})
    client.patch(f"{MAPS}/a", {"data": {"x": "1"}})
    client.patch(f"{MAPS}/a", {"metadata": {"labels": {"tier": "web"}}})
    found = watch(client, f"resourceVersion={since}&labelSelector=tier=web")
    assert told(found) == [("ADDED", "a"), ("DELETED", "a"), ("ADDED", "a")]


def test_initial_events_end_with_a_bookmark(client: Client) -> None:
    client.post(MAPS, config_map("a"))
    wanted = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    found = watch(client, wanted)
    assert told(found)[0] == ("ADDED", "a")
    mark = found[1]
    assert mark["type"] == "BOOKMARK"
    assert mark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    assert mark["object"]["metadata"]["resourceVersion"] == version(client)


def test_history_that_is_gone_is_an_error_event() -> None:
    client = Client(app(Store(kept=1)))
    since = version(client)
    for name in "abc":
        client.post(MAPS, config_map(name))
    (line,) = watch(client, f"resourceVersion={since}")
    assert (line["type"], line["object"]["code"], line["object"]["reason"]) == ("ERROR", 410, "Expired")


def test_a_version_from_the_future_has_to_wait(client: Client) -> None:
    answer = client.get(f"{MAPS}?watch=1&resourceVersion=999999")
    assert answer.code == 504
    assert "Too large resource version" in answer.json["message"]


def test_a_thousand_events_survive_twenty_disconnects() -> None:
    server = app(Store())
    resource = server.cluster.resource("configmaps")

    def write() -> None:
        for number in range(1000):
            server.cluster.create(resource, config_map(f"m{number}"), "default")

    with serving(server) as address:
        pool = urllib3.PoolManager()
        url = f"http://{address}{MAPS}"
        since = pool.request("GET", url).json()["metadata"]["resourceVersion"]
        writer = threading.Thread(target=write)
        writer.start()
        seen: list[str] = []
        disconnects = 0
        while len(seen) < 1000:
            answer = pool.request("GET", f"{url}?watch=1&resourceVersion={since}", preload_content=False)
            for line in answer:
                event = orjson.loads(line)
                seen.append(event["object"]["metadata"]["name"])
                since = event["object"]["metadata"]["resourceVersion"]
                if len(seen) % 45 == 0 or len(seen) == 1000:
                    break
            answer.close()
            disconnects += 1
        writer.join()
    assert seen == [f"m{number}" for number in range(1000)]
    assert disconnects > 20


def test_the_older_paths_watch_by_themselves(client: Client) -> None:
    client.post(MAPS, config_map("a"))
    client.post(MAPS, config_map("b"))
    older = MAPS.replace("/v1/", "/v1/watch/")
    assert told(client.get(f"{older}?timeoutSeconds=1").lines) == [("ADDED", "a"), ("ADDED", "b")]
    assert told(client.get(f"{older}/b?timeoutSeconds=1").lines) == [("ADDED", "b")]
