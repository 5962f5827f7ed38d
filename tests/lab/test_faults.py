from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import urllib3

from oakum.errors import LabError
from oakum.lab import Lab
from oakum.lab.clock import Clock
from oakum.lab.faults import Fault, Faults


def get(lab: Lab, path: str, method: str = "GET", **options: Any) -> urllib3.BaseHTTPResponse:
    config = lab.client_config
    pool = urllib3.PoolManager(ca_certs=str(lab.folder.tls / "ca.crt"), retries=False)
    headers = {"Authorization": f"Bearer {config.identity.token}"}
    return pool.request(method, config.server + path, headers=headers, **options)


def test_a_status_is_answered_as_the_api_server_would(lab: Lab) -> None:
    lab.faults.add(Fault(status=429, retry_after=3, path="/namespaces"))
    answer = get(lab, "/api/v1/namespaces")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "3")
    assert answer.json()["reason"] == "TooManyRequests"
    assert get(lab, "/api/v1/nodes").status == 200
    lab.faults.clear()
    assert get(lab, "/api/v1/namespaces").status == 200


def test_the_nth_call_fails_and_no_other() -> None:
    faults = Faults(Clock())
    faults.add(Fault(status=409, nth=2, method="patch"))
    struck = [faults.strike("api", method, "/x") is not None for method in ("PATCH", "GET", "PATCH", "PATCH")]
    assert struck == [False, False, True, False]


def test_a_fault_is_limited_in_number_and_by_chance() -> None:
    chances = iter([0.1, 0.9, 0.2, 0.3])
    faults = Faults(Clock(), chance=lambda: next(chances))
    faults.add(Fault(status=500, rate=0.5, times=2))
    assert [faults.strike("api", "GET", "/") is not None for _ in range(4)] == [True, False, True, False]
    assert (faults.listed()[0]["calls"], faults.listed()[0]["strikes"]) == (4, 2)


def test_a_connection_is_dropped(lab: Lab) -> None:
    lab.faults.add(Fault(drop=True, times=1))
    with pytest.raises(urllib3.exceptions.ProtocolError):
        get(lab, "/version")
    assert get(lab, "/version").status == 200


def test_a_watch_is_cut_in_the_middle(lab: Lab) -> None:
    lab.faults.add(Fault(path="watch=1", cut=0))
    with pytest.raises(urllib3.exceptions.ProtocolError):
        get(lab, "/api/v1/namespaces?watch=1&resourceVersion=0&timeoutSeconds=5")


def test_a_cut_is_made_when_it_is_due_and_not_when_something_more_is_to_be_sent(lab: Lab) -> None:
    lab.faults.add(Fault(path="watch=1", cut=0, times=1))
    lab.faults.add(Fault(path="watch=1", cut=1, times=1))
    lab.faults.add(Fault(path="watch=1", cut_after=0.05, times=1))
    # Nothing happens to namespaces while these watch: by themselves they would end after an hour.
    for expected in (0, 4, 4):
        answer = get(lab, "/api/v1/namespaces?watch=1&timeoutSeconds=3600", preload_content=False)
        pieces: list[bytes] = []
        with pytest.raises(urllib3.exceptions.ProtocolError):
            pieces.extend(answer.stream())
        assert b"".join(pieces).count(b"ADDED") == expected


def test_an_answer_that_is_whole_before_its_cut_is_due_is_not_cut(lab: Lab) -> None:
    lab.faults.add(Fault(cut=1))
    lab.faults.add(Fault(cut_after=30))
    assert get(lab, "/version").json()["major"] == "1"
    lab.faults.clear()
    lab.faults.add(Fault(cut_after=30))
    assert get(lab, "/version").json()["major"] == "1"


def test_the_registry_has_faults_of_its_own(lab: Lab) -> None:
    lab.faults.add(Fault(target="registry", status=503))
    pool = urllib3.PoolManager(retries=False)
    assert pool.request("GET", f"http://{lab.registry}/v2/").status == 503
    assert get(lab, "/version").status == 200


def test_the_clock_jumps(lab: Lab) -> None:
    lab.clock.jump(3600)
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "later"}}
    made = lab.cluster.create(lab.cluster.resource("configmaps"), body, "default")
    created = datetime.fromisoformat(made["metadata"]["creationTimestamp"])
    assert created > datetime.now(UTC) + timedelta(minutes=59)


def test_orders_need_the_administrators_token(lab: Lab) -> None:
    pool = urllib3.PoolManager(ca_certs=str(lab.folder.tls / "ca.crt"), retries=False)
    assert pool.request("POST", f"{lab.server}/oakum/faults", body=b"{}").status == 401
    assert get(lab, "/oakum/faults").json() == []


@pytest.mark.parametrize("order", [[], {"unknown": 1}, {"path": "("}, {"target": "moon"}, {"rate": "x"}])
def test_an_order_that_makes_no_sense_is_refused(order: object) -> None:
    with pytest.raises(LabError, match="a fault"):
        Fault.load(order)
