"""A template as a program of numbered lines, each of which remembers the source line it stands for.

ytt: template language, execution model. A YAML template is one Starlark program: the code comments of its nodes, and
between them a step for each node, in the order of the text. `tag` numbers nodes from 1 (the document set) in that
order. The steps are calls of names that only the compiler understands (`oakum.template.compiler`).
"""
from __future__ import annotations

import re
from dataclasses import dataclass, field

from oakum.errors import TemplateError
from oakum.template.comment import CommentKind, Meta, read_comments
from oakum.template.position import compact
from oakum.template.text import Piece, split_text
from oakum.yaml.nodes import Array, DocumentSet, Map, MapItem, Node, Source

TEXT_STRINGS = "yaml/text-templated-strings"
_SUGAR = re.compile(r"\s*(if|elif|else|for|while|def)/end\b")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a program line comes from: the source's name, the line in it (from 1), and the text shown for it."""

    name: str
    line: int
    text: str


@dataclass(slots=True)
class Program:
    """Program lines (`code[i]` at `places[i]`; None for a generated line) and what their tags stand for."""

    name: str
    number: int
    code: list[str] = field(default_factory=list)
    places: list[Place | None] = field(default_factory=list)
    nodes: list[Node | Piece | None] = field(default_factory=lambda: [None])

    def step(self, call: str, arguments: str, place: Place | None, note: str = "") -> None:
        """Append one step that only the compiler understands."""
        self.code.append(f"__ytt_tpl{self.number}_{call}({arguments}){note}")
        self.places.append(place)

    def user(self, code: str, place: Place) -> None:
        """Append a line of code as the template's author wrote it; its indentation means nothing, but in a string."""
        self.code.append(code)
        self.places.append(place)

    def tag(self, node: Node | Piece) -> int:
        """Number `node`."""
        self.nodes.append(node)
        return len(self.nodes) - 1


@dataclass(slots=True)
class YAMLProgram:
    """Writes the program of one YAML template.

    `full` writes a step for every node, as error excerpts show them; otherwise a node with no templating below it is
    one step, whatever its size.
    """

    program: Program
    source: Source | None
    ignore_unknown: bool = False
    full: bool = False
    _quiet: dict[int, bool] = field(default_factory=dict)

    def write(self, documents: DocumentSet) -> Program:
        """Write and return the program of `documents`. Raises TemplateError for comments that make no program."""
        self.program.step("set_ctx_type", '"yaml"', None)
        self.program.step("start_ctx", '"yaml"', None)
        self._node(documents, False, None)
        self.program.step("end_ctx", "None", None)
        return self.program

    def _place(self, line: int) -> Place | None:
        return Place(self.program.name, line, self.source.text(line)) if self.source and line > 0 else None

    def _node(self, node: Node, text: bool, parent: Place | None) -> None:
        metas = read_comments(node, ignore_unknown=self.ignore_unknown) if node.comments else []
        place = parent if isinstance(node, Map | Array) else self._place(node.line)
        sugar = self._code(metas, node)
        tag = self.program.tag(node)
        for meta in metas:
            if meta.kind is CommentKind.ANNOTATION:
                self.program.step("start_node_annotation", f'{tag}, "{_quoted(meta.name)}"', None)
                self.program.step("collect_node_annotation", meta.text, self._place(meta.line))
                text = text or meta.name == TEXT_STRINGS
        if text and isinstance(node, MapItem) and isinstance(node.key, str):
            self._text(node.key, node.line, f"set_map_item_key({tag}, ", place)
        self.program.step("start_node", str(tag), place, f" # *yamlmeta.{type(node).__name__}")
        self._value(node, [meta for meta in metas if meta.kind is CommentKind.VALUE], tag, text, place)
        if sugar:
            self.program.user("end", sugar)

    def _code(self, metas: list[Meta], node: Node) -> Place | None:
        """Write the code comments; return where a `*/end` was used, None when none was."""
        sugar: Place | None = None
        for meta in metas:
            if meta.kind is not CommentKind.CODE:
                continue
            place = self._place(meta.line)
            assert place is not None
            if sugar is not None:
                where = compact(meta.line, self.source)
                raise TemplateError(f"Unexpected code at line {where} after use of '*/end', expected YAML node")
            found = _SUGAR.match(meta.text)
            if found:
                sugar = place
            code = found.group(1) + meta.text[found.end() :] if found else meta.text
            self.program.user(code if self._continues() else code.lstrip(), place)
        return sugar

    def _continues(self) -> bool:
        return self.program.code[-1].endswith("\\")

    def _value(self, node: Node, values: list[Meta], tag: int, text: bool, place: Place | None) -> None:
        below = getattr(node, "value", None)
        if values:
            if below is not None:
                where = compact(node.line, self.source)
                raise TemplateError(
                    f"Expected YAML node at line {where} to have either computed or YAML value, but found both"
                )
            for meta in values:
                self.program.step("set_node", f"{tag}, ({meta.text})", self._place(meta.line))
        elif isinstance(node, DocumentSet | Map | Array):
            for item in node.items:
                self._below(item, text, place)
        elif isinstance(below, Node):
            self._below(below, text, place)
        elif text and isinstance(below, str):
            line = node.line + 1 if "\n" in below else node.line
            self._text(below, line, f"set_node({tag}, ", place)

    def _below(self, node: Node, text: bool, place: Place | None) -> None:
        if text or self.full or not self._is_static(node):
            self._node(node, text, place)
        else:
            self.program.step("start_node", str(self.program.tag(node)), place or self._place(node.line))

    def _is_static(self, node: Node) -> bool:
        """Whether nothing at or below `node` is templated, and no map in it holds a key twice."""
        known = self._quiet.get(id(node))
        if known is None:
            known = self._quiet[id(node)] = self._look(node)
        return known

    def _look(self, node: Node) -> bool:
        if node.comments and read_comments(node, ignore_unknown=self.ignore_unknown):
            return False
        if isinstance(node, DocumentSet | Map | Array):
            if isinstance(node, Map) and len({(type(item.key), item.key) for item in node.items}) < len(node.items):
                return False
            return all(self._is_static(item) for item in node.items)
        below = getattr(node, "value", None)
        return self._is_static(below) if isinstance(below, Node) else True

    def _text(self, text: str, line: int, call: str, place: Place | None) -> None:
        """Write a string that may hold code, ending in `call` of what it evaluates to."""
        if not self.full and "(@" not in text and "@)" not in text:
            return
        name, _, arguments = call.partition("(")
        self.program.step("set_ctx_type", '"text"', None)
        self.program.step("start_ctx", '"text"', None)
        write_pieces(self.program, split_text(text, line))
        self.program.step("set_ctx_type", '"yaml"', None)
        self.program.step(name, f"{arguments}(__ytt_tpl{self.program.number}_end_ctx(None))", place)


def write_pieces(program: Program, pieces: list[Piece]) -> None:
    """Append the steps of a text template's pieces."""
    for piece in pieces:
        if not piece.code:
            program.step("start_node", str(program.tag(piece)), None)
        elif piece.is_output:
            tag = program.tag(piece)
            place = Place(program.name, piece.line, piece.text)
            program.step("start_node", str(tag), place)
            program.step("set_node", f"{tag}, ({piece.text[1:]})", place)
        else:
            for offset, code in enumerate(piece.text.split("\n")):
                program.user(code, Place(program.name, piece.line + offset, code))


def text_program(name: str, number: int, pieces: list[Piece]) -> Program:
    """The program of a text template file."""
    program = Program(name, number)
    program.step("set_ctx_type", '"text"', None)
    program.step("start_ctx", '"text"', None)
    write_pieces(program, pieces)
    program.step("end_ctx", "None", None)
    return program


def yaml_program(
    name: str, number: int, documents: DocumentSet, source: Source | None, *, ignore_unknown: bool, full: bool
) -> Program:
    """The program of a YAML template file. Raises TemplateError for comments that make no program."""
    return YAMLProgram(Program(name, number), source, ignore_unknown, full).write(documents)


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')
