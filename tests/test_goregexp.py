import re

import pytest

from oakum.goregexp import compiled


@pytest.mark.parametrize(("pattern", "why"), [
    ("(a", "missing closing ): `(a`"), ("a)", "unexpected ): `a)`"), ("[a", "missing closing ]: `[a`"),
    ("*", "missing argument to repetition operator: `*`"), ("a**", "invalid nested repetition operator: `**`"),
    ("\\y", "invalid escape sequence: `\\y`"), ("[b-a]", "invalid character class range: `b-a`"),
    ("a\\", "trailing backslash at end of expression: ``"), ("(?=x)", "invalid or unsupported Perl syntax: `(?=`"),
    ("(?P<n", "invalid named capture: `(?P<n`"), ("a{2000}", "invalid repeat count: `{2000}`"),
    ("\\C", "invalid escape sequence: `\\C`"),
])
def test_what_is_no_pattern_is_told_in_gos_words(pattern: str, why: str) -> None:
    with pytest.raises(ValueError, match=f"^error parsing regexp: {re.escape(why)}$"):
        compiled(pattern)


def test_patterns_search_in_bytes() -> None:
    assert compiled("ä+$").search("xää".encode()).span() == (1, 5)
