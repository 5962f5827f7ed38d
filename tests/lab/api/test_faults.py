from typing import Any

import pytest
from tests.lab.api.client import MAPS, Client, config_map

from oakum.lab.api.faults import Fault
from oakum.lab.api.server import Server


def codes(client: Client, count: int) -> list[int]:
    return [client.get(MAPS).code for _ in range(count)]


@pytest.mark.parametrize("code", [409, 410, 429, 500, 503])
def test_the_nth_call_is_refused(client: Client, server: Server, code: int) -> None:
    server.faults.add(Fault(path="configmaps", nth=2, code=code))
    assert codes(client, 4) == [200, code, 200, 200]


def test_a_refusal_can_say_when_to_come_back(client: Client, server: Server) -> None:
    server.faults.add(Fault(code=429, retry_after=3))
    answer = client.get(MAPS)
    assert (answer.headers["retry-after"], answer.json["reason"]) == ("3", "TooManyRequests")


def test_a_rate_strikes_now_and_then(client: Client, server: Server) -> None:
    server.faults.seed(1)
    server.faults.add(Fault(rate=0.5, code=500))
    assert set(codes(client, 30)) == {200, 500}


def test_only_fitting_requests_are_struck(client: Client, server: Server) -> None:
    server.faults.add(Fault(method="POST", code=503))
    assert client.get(MAPS).code == 200
    assert client.post(MAPS, config_map()).code == 503


def test_a_watch_breaks_off(client: Client, server: Server) -> None:
    client.post(MAPS, config_map())
    server.faults.add(Fault(watch=True, drop=0.05))
    assert [line["type"] for line in client.get(f"{MAPS}?watch=1").lines] == ["ADDED"]


def test_faults_are_ordered_and_called_off_by_api(client: Client) -> None:
    ordered: Any = client.post("/oakum/faults", {"path": "configmaps", "code": 500}).json
    assert ordered["faults"][0]["code"] == 500
    assert client.get(MAPS).code == 500
    assert client.get("/oakum/faults").json["faults"][0]["struck"] == 1
    client.delete("/oakum/faults")
    assert client.get(MAPS).code == 200


def test_a_mistaken_order_is_refused(client: Client) -> None:
    assert "unknown fields of a fault: colour" in client.post("/oakum/faults", {"colour": 1}).json["message"]
    assert "is not a regular expression" in client.post("/oakum/faults", {"path": "("}).json["message"]


def test_the_clock_jumps(client: Client) -> None:
    client.post("/oakum/faults", {"skew": 86400 * 365})
    first = client.post(MAPS, config_map("a")).json["metadata"]["creationTimestamp"]
    client.delete("/oakum/faults")
    second = client.post(MAPS, config_map("b")).json["metadata"]["creationTimestamp"]
    assert first > second
