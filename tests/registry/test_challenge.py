from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from oakum.registry.challenge import Challenge, choose, parse


def test_a_bearer_challenge_keeps_its_quoted_parameters() -> None:
    header = 'Bearer realm="https://a.io/token",service="s",scope="repository:x:pull,push"'
    assert parse(header) == [
        Challenge("bearer", {"realm": "https://a.io/token", "service": "s", "scope": "repository:x:pull,push"})
    ]


def test_two_challenges_in_one_header_are_told_apart() -> None:
    found = parse('Basic realm="a, b", Bearer realm="r"')
    assert [challenge.scheme for challenge in found] == ["basic", "bearer"]
    assert found[0].parameters == {"realm": "a, b"}


def test_escapes_inside_quotes_are_undone() -> None:
    assert parse(r'Basic realm="a \"b\" c"')[0].parameters["realm"] == 'a "b" c'


def test_bearer_is_preferred_and_unknown_schemes_are_passed_over() -> None:
    chosen = choose(['Basic realm="a"', 'Negotiate', 'Bearer realm="b"'])
    assert chosen is not None
    assert chosen.scheme == "bearer"
    assert choose(["Negotiate"]) is None


@given(st.text(max_size=200))
def test_no_header_breaks_the_parser(header: str) -> None:
    for challenge in parse(header):
        assert challenge.scheme == challenge.scheme.lower()


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.text(max_size=30), max_size=4))
def test_quoted_parameters_survive(parameters: dict[str, str]) -> None:
    escape = lambda text: text.replace("\\", "\\\\").replace('"', '\\"')  # noqa: E731 - one line, used once
    header = "Bearer " + ",".join(f'{name}="{escape(value)}"' for name, value in parameters.items())
    if all("\n" not in value and "\r" not in value for value in parameters.values()):
        assert parse(header)[0].parameters == parameters
