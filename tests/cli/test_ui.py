import io
import json
import os

import pytest

from oakum.cli.table import Cell, Column, Table
from oakum.cli.ui import UI
from oakum.errors import DeployError, UsageError

APPS = Table(
    title="Apps",
    content="apps",
    columns=[Column("Namespace"), Column("Name"), Column("Label", hidden=True), Column("Lcs", "Last change successful")],
    rows=[["b", "y", "l", "true"], ["a", "x\nx2", "l", ""], ["a", "w", "l", Cell("false", good=False)]],
    sort_by=["Namespace", "Name"],
    notes=["Lcs: Last Change Successful"],
)


def ui(answers="", **flags):
    return UI("kapp", flags, stdout=io.StringIO(), stderr=io.StringIO(), stdin=io.StringIO(answers))


def test_a_terminal_sees_title_header_rows_notes_and_count():
    screen = ui(tty=True)
    screen.line("Target cluster 'x'")
    screen.table(APPS)
    assert screen.stdout.getvalue() == (
        "Target cluster 'x'\n\nApps\n\nNamespace  Name  Lcs  \na          w     false  \n^          x     -  \n"
        "           x2      \nb          y     true  \n\nLcs: Last Change Successful\n\n3 apps\n"
    )


def test_a_pipe_sees_only_values_apart_by_tabs():
    screen = ui()
    screen.line("Target cluster 'x'")
    screen.table(APPS)
    assert screen.stdout.getvalue() == "a\tw \tfalse\t\na\tx \t-\t\n \tx2\t\t\nb\ty \ttrue\t\n"


def test_columns_are_named_in_any_case_and_spacing():
    screen = ui(column=[" Name", "last change successful"])
    screen.table(APPS)
    assert screen.stdout.getvalue() == "w \tfalse\t\nx \t-\t\nx2\t\t\ny \ttrue\t\n"


def test_raw_output_is_not_set_off_by_blank_lines():
    screen = ui(tty=True)
    screen.begin("1\n")
    screen.block("2\n")
    screen.line("Succeeded")
    assert screen.stdout.getvalue() == "1\n2\n\nSucceeded\n"


def test_json_is_one_document_with_what_was_said():
    screen = ui(json=True)
    screen.table(APPS)
    screen.line("<Succeeded>")
    screen.close()
    text = screen.stdout.getvalue()
    assert "\\u003cSucceeded\\u003e" in text
    found = json.loads(text)
    assert found["Tables"][0]["Rows"][0] == {"namespace": "a", "name": "w", "last_change_successful": "false"}
    assert found["Blocks"] is None


def test_bytes_that_are_no_text_are_replaced_in_json():
    screen = ui(json=True)
    screen.block(b"a\xffb".decode("utf-8", "surrogateescape"))
    screen.close()
    assert '"a\\ufffdb"' in screen.stdout.getvalue()


def test_an_error_joins_the_lines_of_json():
    screen = ui(json=True)
    screen.fail(DeployError("Getting app: Refused"))
    screen.close()
    assert json.loads(screen.stdout.getvalue())["Lines"] == ["kapp: Error: Getting app:\n  Refused"]


def test_an_error_leaves_a_blank_line_on_standard_output():
    screen = ui(tty=True)
    screen.line("Target cluster 'x'")
    screen.fail(DeployError("no"))
    assert (screen.stdout.getvalue(), screen.stderr.getvalue()) == ("Target cluster 'x'\n\n", "kapp: Error: no\n")


@pytest.mark.parametrize(("answers", "message"), [("n\n", "Stopped"), ("\n", "Stopped"), ("", "Asking for confirmation:\n  EOF"), ("y", "Asking for confirmation:\n  EOF")])
def test_anything_but_yes_stops(answers, message):
    with pytest.raises(UsageError, match=f"^{message}$"):
        ui(answers).confirm()


@pytest.mark.parametrize("left", ["", "y\n"])
def test_standard_input_at_its_end_is_told_before_the_question_and_an_answer_is_left_for_it(left):
    reader, writer = os.pipe()
    with os.fdopen(reader) as stdin, os.fdopen(writer, "w") as answers:
        screen = UI("kapp", {}, stdout=io.StringIO(), stderr=io.StringIO(), stdin=stdin)
        screen.expect_answer()  # there may be one yet
        answers.write(left)
        answers.close()
        if left:
            screen.expect_answer()
            screen.confirm()
        else:
            with pytest.raises(UsageError, match="^Asking for confirmation:\n  EOF$"):
                screen.expect_answer()
            UI("kapp", {"yes": True}, stdin=stdin).expect_answer()


def test_an_answer_is_expected_of_what_is_no_file_until_it_is_read():
    ui("").expect_answer()
    with pytest.raises(UsageError, match="JSON UI"):
        ui("y\n", json=True).expect_answer()


def test_without_an_answer_the_question_stays_alone_on_its_line():
    screen = ui(" y \n", tty=True)
    with pytest.raises(UsageError) as error:
        screen.confirm()
    screen.fail(error.value)
    assert screen.stdout.getvalue() == (
        "Continue? [yN]:  y \ninvalid input (not y, n, yes, or no)\nContinue? [yN]: \n")


def test_an_unclear_answer_is_asked_for_again():
    screen = ui("what\ny\n", tty=True)
    screen.confirm()
    assert screen.stdout.getvalue() == (
        "Continue? [yN]: what\ninvalid input (not y, n, yes, or no)\nContinue? [yN]: y\n"
    )


def test_an_unknown_column_is_named():
    with pytest.raises(UsageError, match="Failed to find header: nope"):
        ui(tty=True, column=["nope"]).table(APPS)
