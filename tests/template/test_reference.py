import pytest

from oakum.errors import TemplateError
from oakum.template.reference import LibraryReference, parse_reference, show


def test_steps_are_separated_by_at_signs() -> None:
    assert parse_reference("@a/b@c~x") == (LibraryReference("a/b"), LibraryReference("c", "x"))


def test_a_reference_shows_as_it_was_written() -> None:
    assert show(parse_reference("@a@~x")) == "@a@~x"


@pytest.mark.parametrize(
    ("reference", "instance", "matches"),
    [
        ("@a", ("a", ""), True),
        ("@a", ("a", "x"), True),
        ("@~x", ("b", "x"), True),
        ("@a~x", ("a", "x"), True),
        ("@a~x", ("a", ""), False),
        ("@a", ("b", ""), False),
    ],
)
def test_what_a_step_names_must_match(reference: str, instance: tuple[str, str], matches: bool) -> None:
    (step,) = parse_reference(reference)
    assert step.matches(*instance) is matches


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expected library ref to not be empty"),
        ("a", "Expected library ref to start with '@'"),
        ("@a~", "Expected library alias to not be empty"),
        ("@a~b~c", "Expected library ref to have form: '@path', '@~alias', or '@path~alias', got: '@a~b~c'"),
    ],
)
def test_malformed_references_are_refused(text: str, message: str) -> None:
    with pytest.raises(TemplateError) as error:
        parse_reference(text)
    assert str(error.value) == message
