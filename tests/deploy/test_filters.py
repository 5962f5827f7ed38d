from datetime import UTC, datetime

import pytest

from oakum.deploy.age import parse_age
from oakum.deploy.diff.change import DELETE, UPDATE, Change
from oakum.deploy.errors import InputError
from oakum.deploy.filters import ResourceFilter, glob, parse_change_expression, parse_resource_expression
from oakum.deploy.resource import Resource

NOW = datetime(2024, 1, 1, 12, tzinfo=UTC)


def named(name: str, kind: str = "ConfigMap", **meta: object) -> Resource:
    return Resource({"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "n", **meta}})


@pytest.mark.parametrize(("pattern", "yes", "no"), [
    ("a*", "abc", "cab"), ("%c", "abc", "cab"), ("*b%", "abc", "xyz"), ("abc", "abc", "abcd"), ("a*c", "a*c", "abc")])
def test_wildcards_count_at_the_ends_only(pattern: str, yes: str, no: str) -> None:
    assert glob(pattern, yes)
    assert not glob(pattern, no)


def test_ages_compare_with_the_time_of_creation() -> None:
    young, old = named("y", creationTimestamp="2024-01-01T11:58:00Z"), named("o", creationTimestamp="2024-01-01T11:00:00Z")
    younger, older = (ResourceFilter(age=parse_age(text, NOW)) for text in ("5m-", "5m+"))
    assert (younger.matches(young), younger.matches(old), older.matches(young), older.matches(old)) == (1, 0, 0, 1)
    assert older.matches(named("new"))


def test_an_age_without_a_sign_is_explained() -> None:
    with pytest.raises(InputError, match="Expected age filter to be either empty or parseable"):
        parse_age("5m", NOW)


def test_and_goes_before_or_and_nothing_matches_nothing() -> None:
    either = parse_resource_expression('{"or":[{"resource":{"names":["a"]}},{"resource":{"kindNames":["Secret/b"]}}]}')
    assert either.matches(named("a"))
    assert either.matches(named("b", "Secret"))
    assert not either.matches(named("b"))
    assert not parse_resource_expression("{}").matches(named("a"))


def test_two_different_operations_never_match_together() -> None:
    change = Change(named("a"), named("a"), op=UPDATE)
    assert parse_change_expression('{"ops":["update"]}').matches(change)
    assert not parse_change_expression('{"ops":["update","delete"]}').matches(change)


def test_a_condition_on_the_new_object_fails_where_there_is_none() -> None:
    gone = Change(named("a"), None, op=DELETE)
    assert not parse_change_expression('{"newResource":{"names":["a"]}}').matches(gone)
    assert parse_change_expression('{"not":{"newResource":{"names":["a"]}}}').matches(gone)


def test_broken_json_is_reported_as_go_does() -> None:
    with pytest.raises(InputError, match="unexpected end of JSON input"):
        parse_change_expression('{"ops":')


@pytest.mark.parametrize(("text", "why"), [
    ('{"and":1}', "json: cannot unmarshal number into Go struct field "),
    ('{"not":{"NewResource":{"Kinds":"x"}}}', r"string into .* \.not\.NewResource\.Kinds of type \[\]string"),
    ('["update"]', "json: cannot unmarshal array into Go value of type "),
])
def test_json_of_another_shape_is_reported_as_go_does(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        parse_change_expression(text)


def test_a_time_that_is_none_is_told_in_gos_words() -> None:
    with pytest.raises(InputError) as caught:
        parse_resource_expression('{"resource": {"createdAtBeforeTime": "x"}}')
    assert str(caught.value) == 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'
