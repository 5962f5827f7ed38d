import struct

from hypothesis import given
from hypothesis import strategies as st

from oakum.lab.node.dns import Names
from oakum.lab.store import Store

DOMAIN = "svc.cluster.local"


def names() -> Names:
    store = Store()
    for name, address in (("web", "127.96.0.7"), ("headless", "None")):
        metadata = {"name": name, "namespace": "shop"}
        store.create("services", {"metadata": metadata, "spec": {"clusterIP": address}})
    endpoints = [
        {"addresses": ["127.97.0.2"], "conditions": {"ready": True}, "hostname": "db-0"},
        {"addresses": ["127.97.0.3"], "conditions": {"ready": False}},
    ]
    labels = {"kubernetes.io/service-name": "headless"}
    metadata = {"name": "headless-x", "namespace": "shop", "labels": labels}
    store.create("endpointslices.discovery.k8s.io", {"metadata": metadata, "endpoints": endpoints})
    return Names(store)


def query(name: str, kind: int = 1) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack("!HHHHHH", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!HH", kind, 1)


def test_a_service_has_its_cluster_ip() -> None:
    assert names().addresses(f"web.shop.{DOMAIN}") == ["127.96.0.7"]
    assert names().addresses(f"WEB.shop.{DOMAIN}") == ["127.96.0.7"]


def test_a_headless_service_has_its_ready_pods_and_their_names() -> None:
    assert names().addresses(f"headless.shop.{DOMAIN}") == ["127.97.0.2"]
    assert names().addresses(f"db-0.headless.shop.{DOMAIN}") == ["127.97.0.2"]


def test_other_names_do_not_exist() -> None:
    for name in (f"none.shop.{DOMAIN}", f"x.web.shop.{DOMAIN}", "example.org", DOMAIN, "web.shop"):
        assert names().addresses(name) is None


def test_an_answer_carries_the_question_and_the_address() -> None:
    asked = query(f"web.shop.{DOMAIN}")
    answer = names().answer(asked)
    assert answer is not None
    identity, flags, questions, answers = struct.unpack_from("!HHHH", answer)
    assert (identity, flags & 0xF, questions, answers) == (7, 0, 1, 1)
    assert answer[12 : len(asked)] == asked[12:]
    assert answer.endswith(bytes([127, 96, 0, 7]))


def test_another_kind_of_record_is_an_empty_answer_and_an_unknown_name_none() -> None:
    empty = names().answer(query(f"web.shop.{DOMAIN}", kind=28))
    unknown = names().answer(query("example.org"))
    assert empty is not None
    assert unknown is not None
    assert (empty[3] & 0xF, empty[7]) == (0, 0)
    assert (unknown[3] & 0xF, unknown[7]) == (3, 0)


@given(st.binary(max_size=100))
def test_noise_is_survived(noise: bytes) -> None:
    names().answer(noise)
