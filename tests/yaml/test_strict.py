import pytest

from oakum.yaml.errors import SyntaxYAMLError
from oakum.yaml.parser import parse
from oakum.yaml.strict import resolve_strictly

REFUSED = {
    "a b": "Strings with whitespace must be explicitly quoted: 'a b'",
    "x:y": "Strings with colon must be explicitly quoted: 'x:y'",
    "a---b": "Strings with triple-dash must be explicitly quoted: 'a---b'",
    "y": "Found 'y' ambigious (could be !!str or !!bool)",
    "~": "Found '~' ambigious (could be !!str or !!null)",
    "0o17": "Found '0o17' ambigious (could be !!str or !!int)",
    ".5": "Found '.5' ambigious (could be !!str or !!float)",
    "9" * 20: f"Parsing int '{'9' * 20}': strconv.ParseUint: parsing \"{'9' * 20}\": value out of range",
    "-" + "9" * 20: f"Parsing int '-{'9' * 20}': strconv.ParseUint: parsing \"-{'9' * 20}\": invalid syntax",
    "-1e999": "Parsing float '-1e999': strconv.ParseFloat: parsing \"-1e999\": value out of range",
    "2001-01-01": "Found '2001-01-01' ambigious (could be !!str or !!timestamp)",
}


@pytest.mark.parametrize(("text", "message"), REFUSED.items())
def test_what_is_easily_misread_is_refused(text: str, message: str) -> None:
    with pytest.raises(SyntaxYAMLError) as error:
        resolve_strictly(text)
    assert str(error.value) == f"yaml: Strict parsing: {message}"


def test_what_is_beyond_doubt_is_resolved() -> None:
    assert [resolve_strictly(text) for text in ("true", "", "-5", "1.5e3", "abc")] == [True, None, -5, 1500.0, "abc"]


def test_quoted_and_tagged_scalars_are_exempt() -> None:
    assert parse("'a b': !!bool yes\n", "f.yml", strict=True).items
