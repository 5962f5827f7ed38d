import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.deploy.app.meta import AppMeta, ChangeMeta, namespaces_of, parse_meta
from oakum.deploy.errors import AppError
from oakum.deploy.resource import Resource

FRESH = ('{"labelKey":"kapp.k14s.io/app","labelValue":"17","lastChange":{"startedAt":"0001-01-01T00:00:00Z",'
         '"finishedAt":"0001-01-01T00:00:00Z"},"usedGKs":[]}')


def test_a_fresh_record_is_written_as_the_reference_writes_it() -> None:
    assert AppMeta("17").to_text() == FRESH


def test_a_record_is_read_back_and_written_byte_for_byte() -> None:
    text = ('{"labelKey":"kapp.k14s.io/app","labelValue":"1795415856210312642","lastChangeName":"app1-change-x7k2p",'
            '"lastChange":{"startedAt":"2024-01-02T03:04:05.123456789Z","finishedAt":"2024-01-02T03:04:06Z",'
            '"successful":true,"description":"update: Op: 1 create","namespaces":["(cluster)","ns1"]},'
            '"usedGVs":[{"Group":"","Version":"v1"}],"usedGKs":[{"Group":"","Kind":"ConfigMap"}]}')
    assert parse_meta(text).to_text() == text


def test_a_record_of_an_old_version_knows_no_kinds() -> None:
    assert parse_meta('{"labelKey":"k","labelValue":"v","lastChange":{}}').used_gks is None


@given(st.text(), st.lists(st.text(max_size=5), max_size=3))
def test_changes_survive_being_stored(description: str, namespaces: list[str]) -> None:
    meta = AppMeta("1", last_change=ChangeMeta(successful=False, description=description, namespaces=tuple(namespaces)))
    assert parse_meta(meta.to_text()) == meta


@pytest.mark.parametrize(("text", "why"), [
    ("", "unexpected end of JSON input"),
    ("{oops", "invalid character 'o' looking for beginning of object key string"),
    ("[]", "json: cannot unmarshal array into Go value of type app.Meta"),
    ('{"labelKey": 5}', "json: cannot unmarshal number into Go struct field .labelKey of type string"),
    ('{"lastChange": {"successful": "yes"}}',
     "json: cannot unmarshal string into Go struct field .lastChange.successful of type bool"),
    ('{"lastChange": {"startedAt": "now"}}',
     'parsing time "now" as "2006-01-02T15:04:05Z07:00": cannot parse "now" as "2006"'),
])
def test_a_broken_record_is_reported_in_gos_words(text: str, why: str) -> None:
    with pytest.raises(AppError) as caught:
        parse_meta(text)
    assert str(caught.value) == f"Parsing app metadata: {why}"


def test_cluster_scoped_objects_are_named_in_brackets() -> None:
    assert namespaces_of([Resource({"metadata": {"namespace": "b"}}), Resource({"metadata": {}})]) == ("(cluster)", "b")
