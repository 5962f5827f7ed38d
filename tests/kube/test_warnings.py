"""Headers of warnings. What comes of each is what kubectl 1.37 prints of it."""
import pytest

from oakum.kube.warnings import warnings


@pytest.mark.parametrize(("header", "texts"), [
    ('299 - "a"', ["a"]),
    ('299 - "a", 299 - "b"', ["a", "b"]),
    ('299 - "a" "Sat, 25 Aug 2012 23:34:45 GMT"', ["a"]),
    (r'299 kube "it \"is\" \\ x"', [r'it "is" \ x']),
    ('299 - "a" , 199 - "b","c"', ["a"]),
    ('299 - "a", junk', ["a"]),
    ('299 - "gr\u00c3\u00bcn"', ["gr\u00fcn"]),
    ('110 - "Response is stale"', []), ("299 - a", []), ('299 - "unclosed', []), ('299  -  "two blanks"', []),
    ('299 - ""', []), ('299 - "a" junk', []), ('299 -"a"', []), ('"a"', []), ("", []),
    ('299 - "\u00fc"', []), ('299 - "x\x01y"', []), ('299 - "a\tb"', []),
])
def test_the_texts_of_warnings_are_found(header: str, texts: list[str]) -> None:
    assert warnings(header) == texts
