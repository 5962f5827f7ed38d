"""Names: which block binds them, which use them, and what is wrong with that.

A name assigned anywhere in a function is the function's; at the top level it is the module's, from there on: what the
top level itself uses before is predeclared, of the universe, or undefined. A name bound nowhere must be one of those as
well. CPython's own scoping then does what Starlark asks, so nothing is renamed.
"""
from __future__ import annotations

import sys
from collections.abc import Collection

from oakum.starlark.errors import Problem
from oakum.starlark.spelling import hint
from oakum.typing import Any

TOPLEVEL = "<toplevel>"
COMPREHENSION = "comprehension"
LAMBDA = "lambda"
_NO_USE = ("", 0)
_NEVER = sys.maxsize
UNBINDABLE = frozenset(["None", "True", "False", "__debug__", "__builtins__"])


class Scope:
    """One block: the top level, a function, a lambda or a comprehension.

    `state` is free for the builders of steps.
    """

    __slots__ = ("bindings", "children", "has_steps", "is_function", "looked_up", "name", "parent", "state", "uses")

    def __init__(self, name: str, parent: Scope | None = None, is_function: bool = False) -> None:
        self.name = name
        self.parent = parent
        self.has_steps = False
        self.is_function = is_function
        self.bindings: dict[str, int] = {}
        self.uses: list[tuple[str, int]] = []
        self.looked_up: set[str] = set()
        self.children: list[Scope] = []
        self.state: dict[str, Any] = {}

    @property
    def function(self) -> Scope:
        """The `def`, or the top level, that this block is part of."""
        scope = self
        while not scope.is_function and scope.parent is not None:
            scope = scope.parent
        return scope


class Scopes:
    """The blocks of one program while it is parsed, and the problems found."""

    def __init__(self) -> None:
        self.top = Scope(TOPLEVEL, is_function=True)
        self.current = self.top
        self.loaded: dict[str, int] = {}
        self.shadowing: set[str] = set()
        self._bound_at: dict[str, int] = {}
        self.problems: list[Problem] = []
        self._misplaced: list[tuple[Problem, int]] = []
        """What is misplaced, with how many names the top level used before, -1 for what is in another block."""

    def open(self, name: str, *, is_function: bool = False) -> Scope:
        """Begin a block inside the current one."""
        scope = Scope(name, self.current, is_function=is_function)
        self.current.children.append(scope)
        self.current = scope
        return scope

    def open_around(self, name: str, uses: int, children: int) -> Scope:
        """Begin a block that turns out to have begun earlier: it takes what came after those counts."""
        outer = self.current
        moved_uses, moved_children = outer.uses[uses:], outer.children[children:]
        del outer.uses[uses:], outer.children[children:]
        scope = self.open(name)
        scope.uses, scope.children = moved_uses, moved_children
        for child in moved_children:
            child.parent = scope
        return scope

    def close(self) -> None:
        """End the current block."""
        assert self.current.parent is not None
        self.current = self.current.parent

    def bind(self, name: str, line: int) -> None:
        """The current block assigns `name`."""
        if name in UNBINDABLE:
            self.problem(f"can't assign to {name}", line)
        current = self.current
        if name not in current.bindings:
            current.bindings[name] = line
            if current is self.top:
                self._bound_at[name] = len(current.uses)

    def assign(self, name: str, line: int) -> None:
        """The current block assigns `name`, which was parsed as a use of it."""
        if self.current is self.top:
            self.forget(name)
        self.bind(name, line)

    def forget(self, name: str) -> None:
        """The current block's last use of `name` was none."""
        uses = self.current.uses
        for index in range(len(uses) - 1, -1, -1):
            if uses[index][0] == name:
                uses[index] = _NO_USE
                break

    def look_up_first(self, start: int, middle: int) -> None:
        """What the current block used from the count `middle` on is looked up before what it used from `start` on."""
        uses = self.current.uses
        uses[start:] = uses[middle:] + uses[start:middle]

    def problem(self, message: str, line: int, before: int | None = None) -> None:
        """Note something that does not belong where it stands; `before`: how many names the block had used there."""
        uses = len(self.current.uses) if before is None else before
        self._misplaced.append((Problem(message, line), uses if self.current is self.top else -1))

    def resolve(self, known: Collection[str]) -> list[Problem]:
        """All problems, undefined names among them, in go-starlark's order.

        `known` are the predeclared and universal names. What is misplaced, wherever, and the top level's undefined
        names go by line, then come those of functions, those of functions inside of them before their own, and those
        of comprehensions last.
        """
        if self._misplaced or not self._all_known(known):
            self._resolve(self.top, known)
        return self.problems

    def _all_known(self, known: Collection[str]) -> bool:
        """The usual case, decided quickly: every name of a block is the block's, the module's or known.

        Notes the known names that the top level uses before it binds them itself.
        """
        top, bound_at = self.top.bindings, self._bound_at
        for index, (name, _) in enumerate(self.top.uses):
            if index < bound_at.get(name, _NEVER):
                if name not in known and name:
                    return False
                if name in top:
                    self.shadowing.add(name)
        blocks = list(self.top.children)
        for block in blocks:
            own = block.bindings
            for name, _ in block.uses:
                if name not in own and name not in top and name not in known:
                    return False
            blocks.extend(block.children)
        return True

    def _resolve(self, scope: Scope, known: Collection[str]) -> None:
        functions = [child for child in scope.children if child.name != COMPREHENSION]
        comprehensions = [child for child in scope.children if child.name == COMPREHENSION]
        before, after = ([], functions) if scope is self.top else (functions, [])
        for child in before:
            self._resolve(child, known)
        self.problems += [problem for problem, _ in sorted(self._own(scope, known), key=_in_order)]
        for child in [*after, *comprehensions]:
            self._resolve(child, known)

    def _own(self, scope: Scope, known: Collection[str]) -> list[tuple[Problem, int]]:
        found = self._misplaced if scope is self.top else []
        for index, (name, line) in enumerate(scope.uses):
            place = index if scope is self.top else _NEVER
            if name and not self._is_known(name, scope, known, place):
                candidates = self._candidates(scope, place)
                found.append((Problem(f"undefined: {name}{hint(name, candidates)}", line), index))
            if scope is not self.top:
                self._look_up(name, scope)
        return found

    def _is_known(self, name: str, scope: Scope | None, known: Collection[str], place: int) -> bool:
        """Whether `name`, used in `scope`, is bound or known; one that was looked up before is not undefined again."""
        while scope is not None and scope is not self.top:
            if name in scope.bindings or name in scope.looked_up:
                return True
            scope = scope.parent
        return name in known or (name in self._bound_at and self._bound_at[name] <= place)

    def _look_up(self, name: str, scope: Scope | None) -> None:
        """Each block that `name` is looked up through remembers it."""
        while scope is not None and scope is not self.top and name not in scope.bindings:
            scope.looked_up.add(name)
            scope = scope.parent

    def _candidates(self, scope: Scope | None, place: int) -> list[str]:
        names: set[str] = set()
        while scope is not None and scope is not self.top:
            names.update(scope.bindings, scope.looked_up)
            scope = scope.parent
        names.update(name for name, at in self._bound_at.items() if at <= place)
        return sorted(names)


def _in_order(found: tuple[Problem, int]) -> tuple[int, int]:
    problem, place = found
    return problem.line, place
