import pytest

from oakum.errors import TemplateError
from oakum.template.text import Piece, split_text


def texts(source: str) -> list[str]:
    return [piece.text for piece in split_text(source)]


def test_text_and_code_alternate() -> None:
    assert split_text("a (@ x @) b") == [
        Piece("a ", 1, raw="a "), Piece(" x ", 1, code=True, raw=" x "), Piece(" b", 1, raw=" b")
    ]  # fmt: skip


def test_an_output_starts_with_an_equals_sign() -> None:
    assert [piece.is_output for piece in split_text("(@= x @)(@ y @)")] == [False, True, False, False, False]


def test_a_dash_trims_the_text_beside_it() -> None:
    assert texts("a \n(@- x -@) \n b") == ["a", " x ", "b"]


def test_trims_combine_with_output() -> None:
    assert texts("a (@-= x -@) b") == ["a", "= x ", "b"]


def test_lines_count_across_pieces() -> None:
    assert [piece.line for piece in split_text("a\n(@ x\n @)b", 5)] == [5, 6, 7]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("a (@ b (@ c", "Unexpected code opening '(@' at line 1 col 9"),
        ("a\n b @)", "Unexpected code closing '@)' at line 2 col 5"),
        ("a (@ b", "Missing code closing '@)' at line 1 col 7"),
    ],
)
def test_markers_that_do_not_pair_are_refused(source: str, message: str) -> None:
    with pytest.raises(TemplateError) as error:
        split_text(source)
    assert str(error.value) == message
