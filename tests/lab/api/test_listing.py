import pytest
from tests.lab.api.client import MAPS, Client, config_map

from oakum.lab.api import app
from oakum.lab.store import Store


def names(found: dict) -> list[str]:  # type: ignore[type-arg]  # a JSON document
    return [item["metadata"]["name"] for item in found["items"]]


@pytest.fixture
def filled(client: Client) -> Client:
    for name, tier in (("a", "web"), ("b", "db"), ("c", "web")):
        body = config_map(name)
        body["metadata"]["labels"] = {"tier": tier, name: ""}
        client.post(MAPS, body)
    return client


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("labelSelector=tier=web", "ac"),
        ("labelSelector=tier!=web", "b"),
        ("labelSelector=tier in (web,db),!a", "bc"),
        ("labelSelector=tier notin (db)", "ac"),
        ("labelSelector=c", "c"),
        ("fieldSelector=metadata.name=b", "b"),
        ("fieldSelector=metadata.name!=b", "ac"),
        ("labelSelector=tier=web&fieldSelector=metadata.namespace=default", "ac"),
    ],
)
def test_selectors(filled: Client, query: str, wanted: str) -> None:
    assert "".join(names(filled.get(f"{MAPS}?{query}").json)) == wanted


def test_a_field_that_is_not_selectable_is_refused(client: Client) -> None:
    answer = client.get(f"{MAPS}?fieldSelector=data.x=1")
    known = 'only "metadata.name", "metadata.namespace"'
    assert (answer.code, answer.json["message"]) == (400, f'"data.x" is not a known field selector: {known}')


def test_a_list_comes_in_pages_of_one_version(filled: Client) -> None:
    first = filled.get(f"{MAPS}?limit=2").json
    assert (names(first), first["metadata"]["remainingItemCount"]) == (["a", "b"], 1)
    filled.delete(f"{MAPS}/c")
    filled.post(MAPS, config_map("d"))
    second = filled.get(f"{MAPS}?limit=2&continue={first['metadata']['continue']}").json
    assert names(second) == ["c"]
    assert second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
    assert "continue" not in second["metadata"]


def test_a_page_that_is_too_old_is_gone_and_says_how_to_go_on() -> None:
    client = Client(app(Store(kept=2)))
    for name in "abc":
        client.post(MAPS, config_map(name))
    token = client.get(f"{MAPS}?limit=1").json["metadata"]["continue"]
    for name in "defg":
        client.post(MAPS, config_map(name))
    answer = client.get(f"{MAPS}?limit=9&continue={token}")
    assert (answer.code, answer.json["reason"]) == (410, "Expired")
    rest = client.get(f"{MAPS}?limit=9&continue={answer.json['metadata']['continue']}").json
    assert names(rest) == list("bcdefg")


def test_items_of_built_in_kinds_carry_no_kind(filled: Client) -> None:
    found = filled.get(MAPS).json
    assert found["kind"] == "ConfigMapList"
    assert "kind" not in found["items"][0]


def test_a_list_can_be_read_at_a_version(filled: Client) -> None:
    version = filled.get(MAPS).json["metadata"]["resourceVersion"]
    filled.delete(f"{MAPS}/a")
    past = filled.get(f"{MAPS}?resourceVersion={version}&resourceVersionMatch=Exact").json
    assert names(past) == list("abc")


def test_metadata_alone(filled: Client) -> None:
    form = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
    found = filled.get(MAPS, accept=form).json
    assert found["kind"] == "PartialObjectMetadataList"
    assert set(found["items"][0]) == {"apiVersion", "kind", "metadata"}


def test_a_table_has_the_columns_of_its_kind(filled: Client) -> None:
    found = filled.get(MAPS, accept="application/json;as=Table;g=meta.k8s.io;v=v1").json
    assert [column["name"] for column in found["columnDefinitions"]] == ["Name", "Data", "Age"]
    assert [row["cells"][:2] for row in found["rows"]] == [["a", 0], ["b", 0], ["c", 0]]
