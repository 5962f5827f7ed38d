import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.cli.flag import Flag, parse
from oakum.duration import format_duration, parse_duration
from oakum.errors import UsageError

FLAGS = [
    Flag("file", kind="array", short="f"),
    Flag("names", kind="strings"),
    Flag("tty", kind="bool", short="t"),
    Flag("json", kind="bool", short="j"),
    Flag("wait", kind="bool", default=True),
    Flag("count", kind="int", default=5),
    Flag("timeout", kind="duration", default=900.0),
]


@pytest.mark.parametrize(
    ("arguments", "name", "value"),
    [
        (["-f-"], "file", ["-"]),
        (["-f", "a,b", "--file=c"], "file", ["a,b", "c"]),
        (["--names", "a,b", "--names=c"], "names", ["a", "b", "c"]),
        (["--names", '"a,b",c'], "names", ["a,b", "c"]),
        (["--names", "a,b\nc"], "names", ["a", "b"]),
        (["-tj"], "json", True),
        (["-tjfx"], "file", ["x"]),
        (["--wait=false"], "wait", False),
        (["--count", "0x10"], "count", 16),
        (["--timeout=1m30s"], "timeout", 90.0),
        ([], "timeout", 900.0),
    ],
)
def test_a_flag_is_read_in_every_form_of_pflag(arguments, name, value):
    assert parse(FLAGS, arguments).values[name] == value


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--bogus"], "unknown flag: --bogus"),
        (["-f"], "flag needs an argument: 'f' in -f"),
        (["--file"], "flag needs an argument: --file"),
        (["-tx"], "unknown shorthand flag: 'x' in -x"),
        (["--=x"], "bad flag syntax: --=x"),
        (["--count=many"], 'invalid argument "many" for "--count" flag: strconv.ParseInt: parsing "many": invalid syntax'),
        (["--count", " 1"], 'invalid argument " 1" for "--count" flag: strconv.ParseInt: parsing " 1": invalid syntax'),
        (["--tty=maybe"], 'invalid argument "maybe" for "-t, --tty" flag: strconv.ParseBool: parsing "maybe": invalid syntax'),
        (["--tty=a\"b"], 'invalid argument "a\\"b" for "-t, --tty" flag: strconv.ParseBool: parsing "a\\"b": invalid syntax'),
        (["-é"], "unknown shorthand flag: 'Ã' in -é"),
        (["--names", 'a"'], 'invalid argument "a\\"" for "--names" flag: parse error on line 1, column 2: bare " in non-quoted-field'),
        (["--timeout=5"], 'invalid argument "5" for "--timeout" flag: time: missing unit in duration "5"'),
    ],
)
def test_a_mistake_is_reported_in_the_words_of_pflag(arguments, message):
    with pytest.raises(UsageError) as error:
        parse(FLAGS, arguments)
    assert str(error.value) == message


def test_a_boolean_does_not_swallow_the_next_word():
    assert parse(FLAGS, ["--wait", "false"]).arguments == ["false"]


def test_two_dashes_end_the_flags():
    assert parse(FLAGS, ["a", "--", "-f"]).arguments == ["a", "-f"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (900, "15m0s"), (5, "5s"), (3600, "1h0m0s"), (0.5, "500ms"), (1.5, "1.5s"), (0.000_041_542, "41.542µs")],
)
def test_a_duration_is_printed_as_go_prints_it(seconds, text):
    assert format_duration(seconds) == text


@given(st.integers(min_value=0, max_value=10**6))
def test_a_duration_reads_back_as_it_was_printed(milliseconds):
    assert parse_duration(format_duration(milliseconds / 1000)) == pytest.approx(milliseconds / 1000)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_person_is_told_the_nearest_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with pytest.raises(UsageError) as caught:
        parse([Flag("output", "", "bool"), Flag("file", "", "bool")], ["--ouput"])
    assert str(caught.value) == "unknown flag: --ouput (did you mean --output?)"


def test_a_person_is_told_no_flag_that_is_not_near(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with pytest.raises(UsageError) as caught:
        parse([Flag("output", "", "bool")], ["--bogus"])
    assert str(caught.value) == "unknown flag: --bogus"
