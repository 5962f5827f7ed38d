from oakum.deploy.run.progress import Progress


def test_the_same_lines_are_not_repeated_within_a_minute() -> None:
    said: list[str] = []
    progress = Progress(said.append)
    for lines in (["a", " ^ b"], ["a", " ^ b"], ["a", " ^ c"], ["a", " ^ b"]):
        progress.notify(lines)
    assert [text.partition(": ")[2] for text in said] == ["a\n", " ^ b\n", "a\n", " ^ c\n"]


def test_the_hour_of_a_line_has_no_leading_zero_and_that_of_a_remark_has_two_digits() -> None:
    said: list[str] = []
    progress = Progress(said.append)
    progress.section("x")
    progress.info("y")
    assert not said[0].startswith("0")
    assert said[1][2] == ":"
    assert said[1].endswith(": info: y\n")
