"""A template as a program of numbered lines, each of which remembers the source line it stands for.

ytt: template language, execution model. A YAML template is one Starlark program: the code comments of its nodes, and
between them a step for each node, in the order of the text. `tag` numbers nodes from 1 (the document set) in that
order. The steps are calls of names that only the compiler understands (`oakum.template.emit`).
"""
from __future__ import annotations

from oakum.errors import TemplateError
from oakum.record import NamedTuple
from oakum.template.comment import CommentKind, Meta, read_comments
from oakum.template.position import compact
from oakum.template.text import Piece, split_text
from oakum.yaml.nodes import Array, Document, DocumentSet, Map, MapItem, Node, Source

TEXT_STRINGS = "yaml/text-templated-strings"
VIRTUAL = 1 << 20
GATHER = "__ytt_arguments"
_SUGARED = frozenset(("if", "elif", "else", "for", "while", "def"))


class SourceLine(NamedTuple):
    """Where a program line comes from: the source's name, the line in it (from 1), and the text shown for it."""

    name: str
    line: int
    text: str


Where = int | SourceLine | None


class Program:
    """Program lines (`code[i]` at `places[i]`) and what their tags stand for.

    A place is a line of the source, or, for the code in a text template, a SourceLine; None for a generated line.

    `steps` holds the numbers (from 1) of the lines that are steps. `parents[tag]` is the tag of the node above, 0 at
    the top. The rest are sets of tags: of nodes whose value or key is computed, that are annotated, and that are
    written by one step with all that is below them.

    A `full` program has a line for each of the reference's steps, as error excerpts show them. Otherwise nodes that
    follow one another with no code between them are one line; the line of each is then `VIRTUAL` plus its tag.
    """

    def __init__(self, name: str, number: int, full: bool = True, source: Source | None = None) -> None:
        self.name = name
        self.number = number
        self.full = full
        self.source = source
        self.code: list[str] = []
        self.places: list[Where] = []
        self.steps: set[int] = set()
        self.lines = 0
        self.nodes: list[Node | Piece | None] = [None]
        self.parents: list[int] = [0]
        self.computed: set[int] = set()
        self.keyed: set[int] = set()
        self.annotated: set[int] = set()
        self.static: set[int] = set()
        self._first = 0
        self._last = 0
        self._place: Where = None

    def step(self, call: str, arguments: str, place: Where, note: str = "") -> None:
        """Append one step that only the compiler understands."""
        self._flush()
        self.code.append(f"__ytt_tpl{self.number}_{call}({arguments}){note}")
        self.places.append(place)
        self.steps.add(self.lines + 1)
        self.lines += 1 + arguments.count("\n")

    def user(self, code: str, place: Where) -> None:
        """Append a line of code as the template's author wrote it; its indentation means nothing, but in a string."""
        self._flush()
        self.code.append(code)
        self.places.append(place)
        self.lines += 1

    def start(self, tag: int, place: Where) -> None:
        """Append the step that starts the node `tag`."""
        if self.full:
            self.step("start_node", str(tag), place, f" # *yamlmeta.{type(self.nodes[tag]).__name__}")
            return
        if self._first and tag == self._last + 1:
            self._last = tag
        else:
            self._flush()
            self._first, self._last, self._place = tag, tag, place
        self._place = self._place or place

    def value(self, tag: int, code: str, place: Where, start: Where) -> None:
        """Append the steps that start the node `tag` and give it the value of an expression."""
        if self.full:
            self.start(tag, start)
        self.computed.add(tag)
        self.step("set_node", f"{tag}, ({code})", place)

    def note(self, tag: int, name: str, arguments: str, place: Where) -> None:
        """Append the steps that annotate the node `tag`."""
        self.annotated.add(tag)
        # As the reference writes it: what a stray parenthesis or a quote in the name breaks, breaks here too.
        self.step("start_node_annotation", f'{tag}, "{name}", {GATHER}({arguments})', place)

    def _flush(self) -> None:
        """Write the nodes that follow one another as one line."""
        if self._first:
            first, self._first = self._first, 0
            self.step("nodes", f"{first}, {self._last}", self._place)

    def line(self, line: int) -> int:
        """The line of the source that program line `line` comes from; 0 for a generated line."""
        where = self._where(line)
        return where.line if isinstance(where, SourceLine) else where or 0

    def place(self, line: int) -> SourceLine | None:
        """Where program line `line` comes from, and its text; None for a generated line."""
        where = self._where(line)
        if isinstance(where, SourceLine) or not where or self.source is None:
            return where if isinstance(where, SourceLine) else None
        return SourceLine(self.name, where, self.source.text(where))

    def _where(self, line: int) -> Where:
        if line <= VIRTUAL:
            return self.places[line - 1] if line <= len(self.places) else None
        node = self.nodes[line - VIRTUAL]
        return node.line if isinstance(node, Node) else None

    def tag(self, node: Node | Piece, parent: int = 0) -> int:
        """Number `node`."""
        self.nodes.append(node)
        self.parents.append(parent)
        return len(self.nodes) - 1


class YAMLProgram:
    """Writes the program of one YAML template.

    In a program that is not full, a node with no templating below it is one step, whatever its size.
    """

    def __init__(self, program: Program, source: Source | None, ignore_unknown: bool = False) -> None:
        self.program = program
        self.source = source
        self.ignore_unknown = ignore_unknown
        self.first: Node | None = None
        self._quiet: dict[int, bool] = {}

    def write(self, documents: DocumentSet) -> Program:
        """Write and return the program of `documents`. Raises TemplateError for comments that make no program."""
        self.first = documents.items[0] if documents.items else None
        if self.program.full:
            self.program.step("set_ctx_type", '"yaml"', None)
            self.program.step("start_ctx", '"yaml"', None)
        self._node(documents, False, None, 0)
        self.program.step("end_ctx", "None", None)
        return self.program

    def _place(self, line: int) -> Where:
        return line or None

    def _node(self, node: Node, text: bool, above: Where, parent: int) -> None:
        metas = read_comments(node, ignore_unknown=self.ignore_unknown) if node.comments else []
        place = above if isinstance(node, Map | Array) else self._place(node.line)
        sugar = self._code(metas)
        tag = self.program.tag(node, parent)
        for meta in metas:
            if meta.kind is CommentKind.ANNOTATION:
                self.program.note(tag, meta.name, meta.text, meta.line)
                text = text or meta.name == TEXT_STRINGS
        if text and isinstance(node, MapItem) and isinstance(node.key, str):
            self._text(node.key, node.line, tag, place, "set_map_item_key", self.program.keyed)
        values = [meta for meta in metas if meta.kind is CommentKind.VALUE]
        if values:
            self._computed(node, values, tag, place)
        else:
            self.program.start(tag, place)
            self._value(node, tag, text, place)
        if sugar:
            self.program.user("end", sugar)

    def _code(self, metas: list[Meta]) -> Where:
        """Write the code comments; return where a `*/end` was used, None when none was."""
        sugar: Where = None
        for meta in metas:
            if meta.kind is not CommentKind.CODE:
                continue
            place = meta.line
            if sugar is not None:
                where = compact(meta.line, self.source)
                raise TemplateError(f"Unexpected code at line {where} after use of '*/end', expected YAML node")
            code, sugared = _without_sugar(meta.text)
            if sugared:
                sugar = place
            self.program.user(code if self._continues() else code.lstrip(), place)
        return sugar

    def _continues(self) -> bool:
        code = self.program.code
        return bool(code) and code[-1].endswith("\\")

    def _computed(self, node: Node, values: list[Meta], tag: int, place: Where) -> None:
        if getattr(node, "value", None) is not None:
            where = compact(node.line, self.source)
            raise TemplateError(
                f"Expected YAML node at line {where} to have either computed or YAML value, but found both"
            )
        for meta in values[:-1]:
            self.program.user(f"({meta.text})", meta.line)
        self.program.value(tag, values[-1].text, values[-1].line, place)

    def _value(self, node: Node, tag: int, text: bool, place: Where) -> None:
        below = getattr(node, "value", None)
        if isinstance(node, DocumentSet | Map | Array):
            for item in node.items:
                if self.program.full or not self._is_filler(item):
                    self._below(item, text, place, tag)
        elif isinstance(below, Node):
            self._below(below, text, place, tag)
        elif text and isinstance(below, str):
            self._text(below, node.line, tag, place, "set_node", self.program.computed)
        elif self.program.full and node.source is None:  # what holds a file's last comments
            self.program.step("set_node", str(tag), place, " # *yamlmeta.Document")
        elif self.program.full:
            self.program.step("set_literal", str(tag), place)

    def _below(self, node: Node, text: bool, place: Where, parent: int) -> None:
        if text or self.program.full or isinstance(node, Map | Array) or not self._is_static(node):
            self._node(node, text, place, parent)
        else:
            tag = self.program.tag(node, parent)
            self.program.static.add(tag)
            self.program.start(tag, self._place(node.line) or place)

    def _is_filler(self, item: Node) -> bool:
        """Whether it is the document before the first marker, or the one that holds a file's last comments."""
        return (
            isinstance(item, Document)
            and item.value is None
            and (item.line == 0 or item is self.first)
            and self._is_static(item)
        )

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

    def _text(
        self, text: str, line: int, tag: int, place: Where, step: str, changed: set[int]
    ) -> None:
        """Write a string that may hold code, then the `step` that takes what it evaluates to."""
        if not self.program.full and "(@" not in text and "@)" not in text:
            return
        changed.add(tag)
        self.program.nodes.append(None)  # the reference numbers the text as a whole too
        self.program.parents.append(0)
        self.program.step("set_ctx_type", '"text"', None)
        self.program.step("start_ctx", '"text"', None)
        write_pieces(self.program, split_text(text, line))
        self.program.step("set_ctx_type", '"yaml"', None)
        self.program.step(step, str(tag), place)


def write_pieces(program: Program, pieces: list[Piece]) -> None:
    """Append the steps of a text template's pieces."""
    for number, piece in enumerate(pieces):
        if not piece.code:
            place = SourceLine(program.name, piece.line, piece.raw) if number else None
            tag = program.tag(piece)
            program.start(tag, place)
            if program.full:
                program.step("set_literal", str(tag), place)
        elif piece.is_output:
            place = SourceLine(program.name, piece.line, piece.raw)
            program.value(program.tag(piece), piece.text[1:], place, place)
        else:
            for offset, code in enumerate(piece.text.split("\n")):
                program.user(code, SourceLine(program.name, piece.line + offset, code))


def text_program(name: str, number: int, pieces: list[Piece]) -> Program:
    """The program of a text template file."""
    program = Program(name, number)
    program.step("set_ctx_type", '"text"', None)
    program.step("start_ctx", '"text"', None)
    write_pieces(program, pieces)
    program.step("end_ctx", "", None)
    return program


def yaml_program(
    name: str, number: int, documents: DocumentSet, source: Source | None, *, ignore_unknown: bool, full: bool
) -> Program:
    """The program of a YAML template file. Raises TemplateError for comments that make no program."""
    return YAMLProgram(Program(name, number, full, source), source, ignore_unknown).write(documents)


def _without_sugar(code: str) -> tuple[str, bool]:
    """`if/end x:` as `if x:`, and whether it was written so."""
    word, sugar, rest = code.lstrip().partition("/end")
    if sugar and word in _SUGARED:
        return word + rest, True
    return code, False
