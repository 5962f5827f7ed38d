"""Programs: loads, frozen globals, steps, threads and host values."""
from __future__ import annotations

import _ast as ast
import gc
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from oakum.starlark import (
    EvalError,
    Failure,
    List,
    Meter,
    Module,
    StepCall,
    Steps,
    Struct,
    Thread,
    call,
    compile_program,
    freeze,
    make_dict,
    repr_text,
)
from oakum.starlark.build import call as call_of
from oakum.starlark.build import expression, name
from oakum.starlark.scope import Scope


def _loads(**modules: str) -> Callable[[str], Mapping[str, Any]]:
    def load(module: str) -> Mapping[str, Any]:
        if module not in modules:
            raise Failure(f"cannot load {module}: no such module")
        found = compile_program(modules[module], module).run({}, Thread(load=load))
        for value in found.values():
            freeze(value)
        return found

    return load


def _run(text: str, **modules: str) -> dict[str, Any]:
    return compile_program(text, "t.star").run({}, Thread(load=_loads(**modules)))


def test_loaded_names_are_bound_but_not_passed_on() -> None:
    assert _run("load('m', 'a', b='a')\nx = a + b", m="a = 2") == {"x": 4}


def test_loads_are_listed() -> None:
    load = compile_program("load('m', 'a', b='c')", "t").loads[0]
    assert (load.module, load.symbols, load.line) == ("m", (("a", "a"), ("b", "c")), 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("load('n', 'a')", "cannot load n: no such module"),
        ("load('m', 'fullnam')", "load: name fullnam not found in module m (did you mean fullname?)"),
        ("load('m', 'l')\nl.append(1)", "append: cannot append to frozen list"),
        ("load('m', 'l')\nl += [1]", "cannot apply += to frozen list"),
        ("load('m', 'd')\nd['a'] = 1", "cannot insert into frozen hash table"),
        ("load('m', 'grow')\ngrow()", "append: cannot append to frozen list"),
        ("load('m', 'nested')\nnested[0]['k'].append(1)", "append: cannot append to frozen list"),
        ("load('m', 'default')\ndefault()", "append: cannot append to frozen list"),
    ],
)
def test_what_is_loaded_is_frozen(text: str, message: str) -> None:
    module = (
        "l = []\nd = {}\nfullname = 1\nnested = ({'k': [1]},)\n"
        "def grow(): return l.append(1)\ndef default(a=[]): return a.append(1)\n"
    )
    with pytest.raises(EvalError) as caught:
        _run(text, m=module)
    assert caught.value.message == message


@pytest.mark.parametrize("holder", [
    lambda held: Struct(a=held), lambda held: Module("m", {"a": held}), lambda held: (held,), lambda held: List([held]),
    lambda held: make_dict([("a", held)]),
])  # fmt: skip
def test_what_a_frozen_value_holds_is_frozen(holder: Callable[[List], Any]) -> None:
    held = List()
    freeze(holder(held))
    with pytest.raises(Failure, match="^cannot append to frozen list$"):
        held.check_mutable("append to")


def test_a_function_can_be_called_after_its_program_ran() -> None:
    names = _run("def f(a, b=2): return a + b\ndef g(): return f('x')")
    assert call(names["f"], (1,), {"b": 5}) == 6
    with pytest.raises(EvalError) as caught:
        call(names["g"])
    assert [frame.function for frame in caught.value.frames] == ["f", "g"]


def _emit(step: StepCall) -> list[ast.stmt]:
    step.function.state["count"] = step.function.state.get("count", 0) + 1
    return [expression(call_of(".emit", step.args, step.line), step.line)]


def _wrap(body: list[ast.stmt], function: Scope) -> list[ast.stmt]:
    if not function.state.get("count"):
        return body
    return [*body, ast.Return(name(".done", 1), lineno=1, col_offset=0)]


def _stepped(text: str, lines: set[int]) -> tuple[dict[str, Any], list[Any]]:
    out: list[Any] = []
    program = compile_program(text, "t", steps=Steps(lines, {"emit": _emit}, _wrap))
    return program.run({".emit": out.append, ".done": "done"}, Thread()), out


def test_steps_become_what_their_builders_make() -> None:
    names, out = _stepped("def f(x):\nemit(x + 1)\nend\nfor i in [1, 2]:\nemit(f(i))\nend", {2, 5})
    assert out == [2, "done", 3, "done"]
    assert list(names) == ["f", "i"]


def test_steps_are_only_where_they_are_allowed() -> None:
    from oakum.starlark import ResolveErrors

    for text in ("emit(1)", "x = 1; emit(1)", "x = emit(1)"):
        with pytest.raises(ResolveErrors):
            _stepped(text, {2} if text == "emit(1)" else {1})


class Point:
    """A host value with every part of the protocol."""

    starlark_type = "point"

    def __bool__(self) -> bool:
        return False

    def starlark_attr(self, name: str) -> Any:
        if name != "x":
            raise AttributeError(name)
        return 7

    def starlark_attrs(self) -> list[str]:
        return ["x"]

    def starlark_index(self, key: Any) -> Any:
        return ("index", key)

    def starlark_slice(self, *parts: Any) -> Any:
        return ("slice", *parts)

    def starlark_contains(self, key: Any) -> bool:
        return bool(key == "x")

    def starlark_iterate(self) -> Iterator[Any]:
        return iter([1, 2])

    def starlark_items(self) -> list[tuple[str, int]]:
        return [("x", 7)]

    def starlark_len(self) -> int:
        return 2

    def starlark_str(self) -> str:
        return "point(7)"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("type(p) + str(p)", "pointpoint(7)"),
        ("p.x", 7),
        ("dir(p)", ["x"]),
        ("p[3]", ("index", 3)),
        ("p[1:]", ("slice", 1, None, None)),
        ("'x' in p and 'y' not in p", True),
        ("[i for i in p]", [1, 2]),
        ("dict(**p)", {"x": 7}),
        ("len(p)", 2),
        ("1 if p else 0", 0),
        ("p == p and p != 1", True),
    ],
)
def test_host_values_take_part(value: Callable[..., Any], code: str, expected: Any) -> None:
    assert value(code, p=Point()) == expected


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("p.y", "point has no .y field or method (did you mean .x?)"),
        ("p + 1", "unknown binary op: point + int"),
        ("p < p", "point < point not implemented"),
        ("{p: 1}", "unhashable type: point"),
        ("p()", "invalid call of non-function (point)"),
    ],
)
def test_what_a_host_value_lacks_is_told(fails: Callable[..., EvalError], code: str, message: str) -> None:
    assert fails(f"x = {code}", p=Point()).message.split(" (did")[0] == message.split(" (did")[0]


def test_a_structure_that_holds_itself_is_written_once(run: Callable[[str], Any]) -> None:
    assert repr_text(run("l = [1]\nl.append(l)")["l"]) == "[1, [...]]"


def test_large_values_are_announced_to_the_meter() -> None:
    with pytest.raises(EvalError) as caught:
        compile_program("x = 'a' * 1000000", "t").run({}, Thread(meter=Meter(max_memory=100_000)))
    assert caught.value.budget
    assert caught.value.message == "memory budget of 100000 bytes exceeded by a value of 1000000 bytes"


def test_steps_are_counted() -> None:
    with pytest.raises(EvalError) as caught:
        compile_program("for i in range(500): x = i", "t").run({}, Thread(meter=Meter(max_steps=100)))
    assert caught.value.message == "step budget of 100 exceeded (endless or explosive loop?)"


@pytest.mark.parametrize("value", ["[[0] * 1000] * 1000", "[{i: i for i in range(1000)}] * 1000"])
def test_writing_a_value_that_holds_a_large_one_many_times_uses_up_the_budget(value: str) -> None:
    with pytest.raises(EvalError, match="step budget of 100000 exceeded"):
        compile_program(f"x = repr({value})", "t").run({}, Thread(meter=Meter(max_steps=100_000)))


def test_many_small_values_use_up_the_memory_too() -> None:
    program = compile_program("x = []\nfor i in range(2000000): x.append([i, i])", "t")
    with pytest.raises(EvalError) as caught:
        program.run({}, Thread(meter=Meter(max_memory=8 << 20)))
    assert caught.value.message == "memory budget of 8388608 bytes exceeded"


def test_garbage_in_circles_is_collected_before_a_program_fails_for_it() -> None:
    program = compile_program("for i in range(300000):\n x = []\n x.append(x)\nend", "t")
    before = len(gc.get_objects())
    gc.disable()
    try:
        program.run({}, Thread(meter=Meter(max_memory=16 << 20)))
    finally:
        gc.enable()
    assert len(gc.get_objects()) - before < 300_000
