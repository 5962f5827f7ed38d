"""The ways of building nodes make the same nodes."""
from hypothesis import given
from hypothesis import strategies as st

from oakum.starlark import Thread, compile_program
from oakum.template.assembly import Assembly
from oakum.template.compiled import Compiled
from oakum.template.emit import Emitter
from oakum.template.program import yaml_program
from oakum.yaml.emitter import emit
from oakum.yaml.nodes import Map, Node, walk
from oakum.yaml.parser import parse


def build(text: str, *, crossing: bool = False, once: bool = False) -> tuple[str, list[tuple[str, int]]]:
    documents = parse(text, "t.yml")
    source = documents.items[0].source
    program = yaml_program("t.yml", 2, documents, source, ignore_unknown=False, full=False)
    emitter = Emitter(program, crossing=crossing, once=once)
    code = compile_program("\n".join(program.code), "t.yml", steps=emitter.steps())
    emitter.settle()
    assembly = Assembly(2, source)
    code.run(Compiled(code, emitter.constants, source, program.number, lambda: program).bindings(assembly), Thread())
    made: Node = assembly.result
    lines = [(type(node).__name__, node.line) for node in walk(made) if not isinstance(node, Map)]
    return emit(made), [line for line in lines if line[0] in ("MapItem", "ArrayItem")]


@st.composite
def blocks(draw: st.DrawFn, depth: int = 0) -> list[str]:
    """Lines of a map with loops, conditions, functions and computed values."""
    lines: list[str] = []
    for index in range(draw(st.integers(1, 3))):
        key = f"k{depth}{index}"
        kind = draw(st.sampled_from(["leaf", "value", "if", "for", "list", "call"] + ["map"] * (depth < 2)))
        if kind == "leaf":
            lines.append(f"{key}: {draw(st.sampled_from(['1', 'x', '{a: [1, {b: 2}]}', '[]', '~']))}")
        elif kind == "value":
            lines.append(f"{key}: #@ [1, {{'a': 2}}]")
        elif kind == "map":
            lines += [f"{key}:", *("  " + line for line in draw(blocks(depth + 1)))]
        elif kind == "if":
            condition = draw(st.sampled_from(["True", "False"]))
            lines += [f"#@ if {condition}:", f"{key}: 1", "#@ else:", f"{key}: {{e: 2}}", "#@ end"]
        elif kind == "for":
            computed = ["#@yaml/text-templated-strings", f"{key}(@= str(i) @):", "  n: #@ i"]
            lines += ["#@ for i in range(2):", *computed, "#@ end"]
        elif kind == "list":
            lines += [f"{key}:", "- a", "#@ for/end i in range(2):", "- - #@ i", "  - b", "- last"]
        else:
            lines += [f"{key}: #@ f({index})"]
    return lines


FUNCTION = "#@ def f(n):\nname: #@ n\nsub:\n  l: [1, 2]\n#@ end\n---\n"


@given(blocks())
def test_all_ways_of_building_make_the_same_nodes(lines: list[str]) -> None:
    text = FUNCTION + "\n".join(lines) + "\n"
    expected = build(text)
    assert build(text, once=True) == expected
    assert build(text, crossing=True) == expected
