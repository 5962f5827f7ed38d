"""A template's steps as straight-line Python that builds nodes (see `oakum.starlark`, steps).

Each container under construction is a local list named by its node's tag (`.items7`), so that a step is one append. A
map's keys are compared only where one could come twice: from the second step with a key on, in a loop, after a
computed value that may be a replacement.
"""
from __future__ import annotations

import _ast as ast

from oakum.starlark import StepCall, Steps
from oakum.starlark.build import assign, attribute, call, constant, expression, name, tuple_of
from oakum.starlark.scope import Scope
from oakum.template.keys import key_of
from oakum.template.program import GATHER, VIRTUAL, Program
from oakum.template.text import Piece
from oakum.typing import Any
from oakum.yaml.nodes import Array, DocumentSet, Map, MapItem, Node

_SMALL = 40
_SETTERS = {"MapItem": ".set_map_item", "ArrayItem": ".set_array_item", "Document": ".set_document"}


class IllNested(Exception):
    """A node's parent is not certain to be open where the node starts: blocks of code cross levels of YAML."""


class Emitter:
    """Builds the statements of one program's steps. `constants` collects the objects that they name.

    With `crossing`, nodes are put in their places at run time (`oakum.template.crossing`); without it, a template that
    needs that raises IllNested. `once` says that the code will run no more than once: what it always makes is then
    made of the parsed nodes themselves, by `settle`, before it runs.
    """

    def __init__(self, program: Program, *, crossing: bool = False, once: bool = False) -> None:
        self.program = program
        self.crossing = crossing
        self.once = once and not crossing
        self.constants: dict[str, Any] = {}
        self._texts = 0
        self._settled: list[tuple[Any, list[Any]]] = []
        self._containers = {
            parent: tag for tag, parent in enumerate(program.parents) if isinstance(program.nodes[tag], Map | Array)
        }
        fixed = program.static - program.annotated
        self._changing = {parent for tag, parent in enumerate(program.parents) if tag not in fixed}

    def steps(self) -> Steps:
        """Which lines of the program are steps, and what builds the statements of each."""
        builders = {
            "set_ctx_type": _nothing,
            "set_literal": _nothing,
            "start_ctx": self._start_context,
            "end_ctx": self._end_context,
            "start_node_annotation": self._annotate,
            "set_map_item_key": self._set_key,
            "start_node": lambda step: self._start_node(_number(step.args[0]), step),
            "nodes": self._nodes,
            "set_node": self._set_node,
        }
        named = {f"__ytt_tpl{self.program.number}_{step}": build for step, build in builders.items()}
        return Steps(self.program.steps, named, self.wrap, GATHER)

    def settle(self) -> None:
        """Give the parsed containers the items that are always theirs; the program's tree is no more what it was."""
        for container, items in self._settled:
            container.items = items

    def wrap(self, body: list[ast.stmt], function: Scope) -> list[ast.stmt]:
        """Give a function that makes nodes or text a beginning and an end: it returns what it made."""
        state = function.state
        line = body[0].lineno if body else 1
        last = body[-1].lineno if body else 1
        root = state.get("root")
        if state.get("crossing"):
            body = [assign(".open", call(".opened", [], line), line), *body]
            if function.parent is not None:
                body = _returning(_method(".open", "result", [], last), body)
            return body
        if root is not None:
            kind = type(self.program.nodes[root]).__name__
            made = call(".fragment", [call(f".{kind}", [name(f".items{root}", last)], last)], last)
            return [*_new_container(root, line), *_returning(made, body)]
        if state.get("text"):
            joined = call(".join", [name(".text", last)], last)
            return [_new_list(".text", line), *_returning(joined, body)]
        return body

    def _start_context(self, step: StepCall) -> list[ast.stmt]:
        if _text(step.args[0]) != "text":
            return []
        self._texts += 1
        identifier = f".text{self._texts}"
        step.function.state.setdefault("texts", []).append(identifier)
        return [_new_list(identifier, step.line)]

    def _end_context(self, step: StepCall) -> list[ast.stmt]:
        texts = step.function.state.get("texts")
        if texts:
            made = self._joined(step)
        elif self.crossing:
            made = _method(".open", "documents", [], step.line)
        else:
            made = call(".DocumentSet", [name(".items1", step.line)], step.line)
        return [expression(call(".finish", [made], step.line), step.line)]

    def _joined(self, step: StepCall) -> ast.expr:
        identifier = step.function.state["texts"].pop()
        return call(".join", [name(identifier, step.line)], step.line)

    def _annotate(self, step: StepCall) -> list[ast.stmt]:
        (first, second, *arguments), line = step.args, step.line
        tag, state = _number(first), step.function.state
        number = constant(self.program.line(line), line)
        if step.star is None and step.double is None:
            made = call(".annotation", [number, *arguments], line)
            made.keywords.extend(step.keywords)
        else:
            made = self._spread([number, *arguments], step)
        where = ast.Subscript(name(f".notes{tag}", line), second, ast.Store(), lineno=line, col_offset=0)
        noted = ast.Assign([where], made, None, lineno=line, col_offset=0)
        if state.get("noting") == tag:
            return [noted]
        state["noting"] = tag
        return [assign(f".notes{tag}", ast.Dict([], [], lineno=line, col_offset=0), line), noted]

    def _spread(self, arguments: list[ast.expr], step: StepCall) -> ast.Call:
        line, none = step.line, constant(None, step.line)
        named = [tuple_of([constant(keyword.arg, line), keyword.value], line) for keyword in step.keywords]
        given = constant((step.star is not None, step.double is not None), line)
        spread = [tuple_of(arguments, line), tuple_of(named, line), step.star or none, step.double or none, given]
        return call(".spread", [name(".annotate", line), *spread], line)

    def _set_key(self, step: StepCall) -> list[ast.stmt]:
        return [assign(f".key{_number(step.args[0])}", self._joined(step), step.line)]

    def _nodes(self, step: StepCall) -> list[ast.stmt]:
        """Nodes that follow one another; the line of each is its own."""
        made: list[ast.stmt] = []
        for tag in range(_number(step.args[0]), _number(step.args[1]) + 1):
            at = StepCall(VIRTUAL + tag, [], [], None, None, step.function, step.block)
            made += self._start_node(tag, at)
        return made

    def _start_node(self, tag: int, step: StepCall) -> list[ast.stmt]:
        node = self.program.nodes[tag]
        if isinstance(node, Piece):
            return [] if node.code else [self._append_text(step, constant(node.text, step.line))]
        assert node is not None
        if self.crossing:
            return [self._start_crossing(tag, node, step)]
        if isinstance(node, DocumentSet | Map | Array):
            return [] if self._is_open(tag, step) else self._open(tag, node, step, settled=self.once)
        parent = self._parent(tag, step)
        if self._settle(tag, node, parent, step):
            below = getattr(node, "value", None)
            if tag in self.program.static or not isinstance(below, Node):
                return []
            return self._open(self._containers[tag], below, step, settled=True)
        checks = self._checks(tag, node, parent, step) if isinstance(node, MapItem) else []
        if tag in self.program.computed:
            return checks
        return [*checks, *self._add(tag, node, parent, step)]

    def _settle(self, tag: int, node: Node, parent: int, step: StepCall) -> bool:
        """Put the parsed node itself in its place now, if that is where it always is; whether that was done."""
        known = self._map_state(parent, step)
        items = known.get("settled")
        odd = tag in self.program.computed or tag in self.program.keyed or tag in self.program.annotated
        if items is None or odd or step.block.parent is not None:
            known.pop("settled", None)
            return False
        if isinstance(node, MapItem):
            key = key_of(node.key)
            if key in known["keys"]:
                known.pop("settled", None)
                return False
            known["keys"].add(key)
        items.append(node)
        return True

    def _start_crossing(self, tag: int, node: Node, step: StepCall) -> ast.stmt:
        line = step.line
        step.function.state["crossing"] = True
        key = self._key(tag, node, line) if isinstance(node, MapItem) else constant(None, line)
        notes = name(f".notes{tag}", line) if tag in self.program.annotated else constant(None, line)
        return expression(_method(".open", "start", [constant(tag, line), key, notes], line), line)

    def _append_text(self, step: StepCall, value: ast.expr) -> ast.stmt:
        texts = step.function.state.get("texts")
        if not texts:
            step.function.state["text"] = True
        return _append(texts[-1] if texts else ".text", value, step.line)

    def _set_node(self, step: StepCall) -> list[ast.stmt]:
        tag, line = _number(step.args[0]), step.line
        node = self.program.nodes[tag]
        if isinstance(node, Piece):
            return [self._append_text(step, call(".piece", [step.args[1]], line))]
        assert node is not None
        if len(step.args) == 1 and getattr(node, "value", None) is None:
            return []
        # A value of its own starts the node too; a templated string's node was started before the string's code.
        before = self._start_node(tag, step) if len(step.args) > 1 else []
        value = step.args[1] if len(step.args) > 1 else self._joined(step)
        if self.crossing:
            return [*before, expression(_method(".open", "set", [constant(tag, line), value], line), line)]
        parent = self._parent(tag, step)
        made = self._node(tag, node, constant(None, line), line)
        setter = _SETTERS[type(node).__name__]
        arguments = [name(f".items{parent}", line), made, value]
        if not isinstance(node, MapItem):
            return [*before, expression(call(setter, arguments, line), line)]
        known = self._map_state(parent, step)
        if known["checked"]:
            arguments.append(name(f".keys{parent}", line))
        else:
            known["maybe"] = True
        return [*before, assign(f".keys{parent}", call(setter, arguments, line), line)]

    def _add(self, tag: int, node: Node, parent: int, step: StepCall) -> list[ast.stmt]:
        line, below = step.line, getattr(node, "value", None)
        before: list[ast.stmt] = []
        if tag in self.program.static:
            return [_append(f".items{parent}", self._static(tag, node, step), line)]
        if isinstance(below, Node):
            child = self._containers[tag]
            before = self._open(child, below, step, settled=False)
            place = _place(below, line)
            value: ast.expr = call(f".{type(below).__name__}", [name(f".items{child}", line), *place], line)
        else:
            value = constant(below, line)
        return [*before, _append(f".items{parent}", self._node(tag, node, value, line), line)]

    def _node(self, tag: int, node: Node, value: ast.expr, line: int) -> ast.expr:
        kind = type(node).__name__
        key = [self._key(tag, node, line)] if isinstance(node, MapItem) else []
        made: ast.expr = call(f".{kind}", [*key, value, *_place(node, line)], line)
        if tag in self.program.annotated:
            made = call(".noted", [made, name(f".notes{tag}", line)], line)
        return made

    def _key(self, tag: int, node: MapItem, line: int) -> ast.expr:
        return name(f".key{tag}", line) if tag in self.program.keyed else self._scalar(node.key, line)

    def _scalar(self, value: Any, line: int) -> ast.expr:
        """A scalar; or a key that is a map itself, shared as it is."""
        if not isinstance(value, Node):
            return constant(value, line)
        self.constants[f".value{id(value)}"] = value
        return name(f".value{id(value)}", line)

    def _static(self, tag: int, node: Node, step: StepCall) -> ast.expr:
        """A fresh copy of a node that is as written: spelt out where it is made often."""
        below = getattr(node, "value", None)
        repeated = step.function.parent is not None or step.block.loop is not None
        if not isinstance(below, Node) or (repeated and _size(below) <= _SMALL):
            return self._spelt(node, step.line)
        self.constants[f".node{tag}"] = node
        return call(".copy", [name(f".node{tag}", step.line)], step.line)

    def _spelt(self, node: Any, line: int) -> ast.expr:
        if isinstance(node, Map | Array):
            items = ast.List([self._spelt(item, line) for item in node.items], ast.Load(), lineno=line, col_offset=0)
            return call(f".{type(node).__name__}", [items, *_place(node, line)], line)
        if not isinstance(node, Node):
            return constant(node, line)
        key = [self._scalar(node.key, line)] if isinstance(node, MapItem) else []
        value = self._spelt(getattr(node, "value", None), line)
        return call(f".{type(node).__name__}", [*key, value, *_place(node, line)], line)

    def _open(self, tag: int, node: Node, step: StepCall, *, settled: bool) -> list[ast.stmt]:
        """Note that a container is under construction from here on; returns what makes its list.

        A `settled` one has its list already: it is the parsed node, emptied.
        """
        step.function.state.setdefault("open", {})[tag] = step.block
        known = self._map_state(tag, step)
        known.update(checked=False, maybe=False, keys=set(), block=step.block)
        if not settled or step.function.parent is not None or step.block.parent is not None:
            return _new_container(tag, step.line)
        known["settled"] = self.constants[f".items{tag}"] = []
        self._settled.append((node, known["settled"]))
        if not isinstance(node, Map) or (tag not in self._changing and not _repeats(node)):
            return []
        return [assign(f".keys{tag}", constant(None, step.line), step.line)]

    def _is_open(self, tag: int, step: StepCall) -> bool:
        opened = step.function.state.get("open", {}).get(tag)
        return opened is not None and opened.holds(step.block)

    def _parent(self, tag: int, step: StepCall) -> int:
        """The tag of the container that the node goes to; a function's first node decides what the function makes."""
        parent, state = self.program.parents[tag], step.function.state
        self._check_loops(parent, step)
        if self._is_open(parent, step):
            return parent
        if step.function.parent is None or parent in state.get("open", {}):
            raise IllNested
        if state.setdefault("root", parent) != parent:
            raise IllNested
        state.setdefault("maps", {}).setdefault(
            parent, {"checked": False, "maybe": False, "keys": set(), "block": step.block.root}
        )
        return parent

    def _check_loops(self, parent: int, step: StepCall) -> None:
        """Raise IllNested when a loop fills a container from outside of it and leaves that for one further out."""
        opened = step.function.state.get("open", {}).get(parent)
        loop = step.block.loop
        while loop is not None:
            if opened is None or not loop.holds(opened):
                filled = step.function.state.setdefault("filled", {})
                if filled.setdefault(loop, parent) != parent:
                    raise IllNested
            loop = loop.parent and loop.parent.loop

    def _map_state(self, tag: int, step: StepCall) -> dict[str, Any]:
        known: dict[str, Any] = step.function.state.setdefault("maps", {}).setdefault(tag, {})
        return known

    def _checks(self, tag: int, node: MapItem, parent: int, step: StepCall) -> list[ast.stmt]:
        """What compares the key with those before it, where it could be one of them."""
        known, line = self._map_state(parent, step), step.line
        key = key_of(node.key)
        repeated = step.block.loop is not None and step.block.loop is not known["block"].loop
        if repeated or key in known["keys"] or tag in self.program.keyed:
            known["checked"] = True
        known["keys"].add(key)
        if not known["checked"] and not known["maybe"]:
            return []
        keys = f".keys{parent}"
        notes = name(f".notes{tag}", line) if tag in self.program.annotated else constant(None, line)
        arguments = [name(f".items{parent}", line), name(keys, line), self._key(tag, node, line), notes]
        check = assign(keys, call(".start_key", arguments, line), line)
        if known["checked"]:
            return [check]
        given = ast.Compare(name(keys, line), [ast.IsNot()], [constant(None, line)], lineno=line, col_offset=0)
        return [ast.If(given, [check], [], lineno=line, col_offset=0)]


def _repeats(node: Map) -> bool:
    """Whether a key of the map is there twice."""
    return len({key_of(item.key) for item in node.items}) < len(node.items)


def _returning(made: ast.expr, body: list[ast.stmt]) -> list[ast.stmt]:
    """`body` with what the function made as its value: at its end, and where a `return` names none."""
    _fill_returns(made, body)
    return [*body, ast.Return(made, lineno=made.lineno, col_offset=0)]


def _fill_returns(made: ast.expr, body: list[ast.stmt]) -> None:
    for statement in body:
        if isinstance(statement, ast.Return) and statement.value is None:
            statement.value = made
        elif isinstance(statement, ast.If | ast.For | ast.While):
            _fill_returns(made, statement.body)
            _fill_returns(made, statement.orelse)


def _nothing(step: StepCall) -> list[ast.stmt]:
    return []


def _new_list(identifier: str, line: int) -> ast.stmt:
    return assign(identifier, ast.List([], ast.Load(), lineno=line, col_offset=0), line)


def _place(node: Node, line: int) -> list[ast.expr]:
    """Where `node` stands: the last two arguments of what makes it. The document of a file's last comments nowhere."""
    return [constant(node.line, line), constant(None, line) if node.source is None else name(".source", line)]


def _new_container(tag: int, line: int) -> list[ast.stmt]:
    return [_new_list(f".items{tag}", line), assign(f".keys{tag}", constant(None, line), line)]


def _append(identifier: str, value: ast.expr, line: int) -> ast.stmt:
    return expression(_method(identifier, "append", [value], line), line)


def _method(identifier: str, method: str, arguments: list[ast.expr], line: int) -> ast.expr:
    return ast.Call(attribute(name(identifier, line), method, line), arguments, [], lineno=line, col_offset=0)


def _number(argument: ast.expr) -> int:
    assert isinstance(argument, ast.Constant)
    assert isinstance(argument.value, int)
    return argument.value


def _text(argument: ast.expr) -> str:
    assert isinstance(argument, ast.Constant)
    return str(argument.value)


def _size(node: Node) -> int:
    items = getattr(node, "items", None)
    below = items if items is not None else [getattr(node, "value", None)]
    return 1 + sum(_size(one) for one in below if isinstance(one, Node))


