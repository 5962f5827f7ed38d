from oakum.starlark import EvalError, Frame, Problem, SyntaxErrors
from oakum.template.program import Program
from oakum.template.trace import Programs, compile_failure
from oakum.yaml.nodes import Source


def program() -> Program:
    made = Program("t.yml", 2, source=Source("t.yml", ["#@ x = y", "a: #@ x"]))
    made.user("x = y", 1)
    made.step("start_ctx", '"yaml"', None)
    made.step("set_node", "4, (x)", 2)
    return made


def failure(message: str, *frames: Frame) -> str:
    programs = Programs()
    programs.add("t.yml", program)
    return str(programs.failure(EvalError(message, frames)))


def test_each_frame_shows_its_source_line() -> None:
    shown = failure("boom", Frame("f", "t.yml", 3), Frame("<toplevel>", "t.yml", 1))
    assert shown == "\n- boom\n    in f\n      t.yml:2 | a: #@ x\n    in <toplevel>\n      t.yml:1 | #@ x = y"


def test_code_that_is_not_at_hand_is_unavailable() -> None:
    assert failure("boom", Frame("lambda", "assert.max", 1)).endswith("assert.max:1 | (unavailable)")


def test_the_rest_of_a_message_is_the_reason() -> None:
    shown = failure("first\nsecond\n", Frame("<toplevel>", "t.yml", 1))
    assert shown.endswith("t.yml:1 | #@ x = y\n\n    reason:\n     second\n     ")


def test_a_generated_line_stands_between_its_neighbours() -> None:
    error = compile_failure(program(), SyntaxErrors("t.yml", [Problem("unexpected end", 2)]))
    assert str(error) == (
        "\n- unexpected end\n    t.yml:1 | #@ x = y\n"
        '    t.yml:? | __ytt_tpl2_start_ctx("yaml") (generated)\n    t.yml:2 | a: #@ x'
    )


def test_names_from_other_languages_are_hinted_at() -> None:
    error = compile_failure(program(), SyntaxErrors("t.yml", [Problem("undefined: null", 1)]))
    assert "undefined: null (hint: use 'None' instead of 'null' to indicate no value)" in str(error)
