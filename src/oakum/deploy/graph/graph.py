"""Which change waits for which (kapp spec, section 4.6), indexed by group.

"Everything in group A waits for everything in group B" is one set node between the two, not A*B edges, so time and
memory grow with the number of changes. A cyclic or self-referring optional rule falls back to single edges.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from oakum.deploy.config.config import Config
from oakum.deploy.diff.change import Change
from oakum.deploy.errors import ConfigError
from oakum.deploy.graph.rule import GROUP, RULE, ChangeRule, action_of, annotated, parse_group, parse_rule
from oakum.deploy.resource import Resource
from oakum.errors import DeployError
from oakum.typing import TypeAlias


class Node:
    """A change and what it waits for: other changes, and sets of changes."""

    __slots__ = ("action", "change", "number", "waits")

    def __init__(self, number: int, change: Change, action: str | None) -> None:
        self.number = number
        self.change = change
        self.action = action
        self.waits: dict[Node | Group, None] = {}

    @property
    def resource(self) -> Resource:
        """What it is about."""
        return self.change.resource


class Group:
    """Changes that others wait for together: the members of a change group, or those with a rule before it."""

    __slots__ = ("members", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.members: dict[Node, None] = {}


Target: TypeAlias = "Node | Group"


class Graph:
    """All changes in order, with their dependencies. Raises DeployError for wrong rules and cycles.

    `action` gives the class of a change that rules speak of; one without a class takes no part.
    """

    def __init__(self, changes: Sequence[Change], config: Config,
                 action: Callable[[Change], str | None] = action_of) -> None:
        self.nodes = [Node(at, change, action(change)) for at, change in enumerate(changes)]
        self._members: dict[tuple[str, str], Group] = {}
        self._before: dict[tuple[str, str], Group] = {}
        optional = self._required(config)
        self._check_cycles()
        self._optional(optional)

    def _required(self, config: Config) -> list[tuple[int, Node, ChangeRule]]:
        """Link by the rules that must hold; returns those that may be left out, with their weight."""
        try:
            for node in self.nodes:
                self._join(node, config)
            optional = []
            for node in self.nodes:
                for weight, rule in self._rules(node, config):
                    if rule.action != node.action:
                        continue
                    if weight is None:
                        self._link(node, rule)
                    else:
                        optional.append((weight, node, rule))
        except ConfigError as e:
            raise DeployError(f"Change graph: Calculating required deps: {e}") from e
        return optional

    def _join(self, node: Node, config: Config) -> None:
        resource = node.resource
        names = [parse_group(text, resource) for text in annotated(resource, GROUP)]
        names += [parse_group(binding.name, resource) for binding in config.group_index.of(resource)]
        if node.action is not None:
            for name in names:
                key = (name, node.action)
                group = self._members.setdefault(key, Group(name))
                group.members[node] = None

    def _rules(self, node: Node, config: Config) -> Iterator[tuple[int | None, ChangeRule]]:
        resource = node.resource
        try:
            found: list[tuple[int | None, str]] = [(None, text) for text in annotated(resource, RULE)]
            for at, binding in config.order_index.numbered(resource):
                found += [(100 + at if binding.optional else None, text) for text in binding.rules]
            for weight, text in found:
                yield weight, parse_rule(text, resource)
        except ConfigError as e:
            if str(e).startswith("Placeholder "):
                raise
            raise ConfigError(f"Resource {resource.description}: {e}") from e

    def _link(self, node: Node, rule: ChangeRule) -> None:
        key = (rule.group, rule.target)
        group = self._members.get(key)
        if group is None:
            return
        if not rule.before:
            node.waits[group] = None
            return
        self._first(key, group).members[node] = None

    def _first(self, key: tuple[str, str], group: Group) -> Group:
        """The set of changes that come before all of `group`."""
        first = self._before.get(key)
        if first is None:
            first = self._before[key] = Group(group.name)
            for member in group.members:
                member.waits[first] = None
        return first

    def _optional(self, rules: list[tuple[int, Node, ChangeRule]]) -> None:
        """Link by the rules that yield: later bindings first, each only where it closes no cycle."""
        rules.sort(key=lambda entry: -entry[0])
        reach = _Reach(len(self.nodes))
        for _, node, rule in rules:
            key = (rule.group, rule.target)
            group = self._members.get(key)
            if group is None:
                continue
            if rule.before:
                self._put_before(node, group, key, reach)
            elif node not in group.members and not reach.closure(group) >> node.number & 1:
                node.waits[group] = None
                reach.linked(1 << node.number, group)
            else:
                for member in group.members:
                    _try(node, member, reach)

    def _put_before(self, node: Node, group: Group, key: tuple[str, str], reach: _Reach) -> None:
        """Everything in `group` waits for `node`."""
        mask = reach.mask(group)
        if node in group.members or reach.closure(node) & mask:
            for member in group.members:
                _try(member, node, reach)
            return
        first = self._first(key, group)
        first.members[node] = None
        reach.joined(first, mask, node)

    def _check_cycles(self) -> None:
        """Raises DeployError that names the first cycle, found from each change in order."""
        done: set[Target] = set()
        for node in self.nodes:
            cycle = _cycle(node, done)
            if cycle:
                names = " -> ".join(f"[{n.resource.description}]" for n in cycle)
                raise DeployError(f"Detected cycle while ordering changes: {names} (found repeated: "
                                  f"{cycle[-1].resource.description})")


def _cycle(start: Node, done: set[Target]) -> list[Node]:
    """The changes from the first one of a cycle to its repetition; empty when `start` leads to none."""
    path: list[tuple[Target, Iterator[Target]]] = [(start, iter(start.waits))]
    on_path: dict[Target, None] = {start: None}
    if start in done:
        return []
    while path:
        _, below = path[-1]
        step = next(below, None)
        if step is None:
            finished, _ = path.pop()
            on_path.pop(finished)
            done.add(finished)
        elif step in on_path:
            nodes = [n for n in on_path if isinstance(n, Node)]
            if isinstance(step, Node):
                return [*nodes, step]
            at = list(on_path).index(step)
            again = next(n for n in list(on_path)[at:] if isinstance(n, Node))
            return [*nodes, again]
        elif step not in done:
            on_path[step] = None
            path.append((step, iter(step.members if isinstance(step, Group) else step.waits)))
    return []


def _try(node: Node, target: Node, reach: _Reach) -> None:
    if node is not target and target not in node.waits and not reach.closure(target) >> node.number & 1:
        node.waits[target] = None
        reach.linked(1 << node.number, target)


class _Reach:
    """Which changes a change or a set leads to, as bit sets; those of sets are kept and brought up to date."""

    def __init__(self, count: int) -> None:
        self._bytes = count // 8 + 1
        self._kept: dict[Group, int] = {}
        self._masks: dict[Group, int] = {}

    def mask(self, group: Group) -> int:
        """The members of a change group, which are known before any optional rule is."""
        found = self._masks.get(group)
        if found is None:
            bits = bytearray(self._bytes)
            for node in group.members:
                bits[node.number >> 3] |= 1 << (node.number & 7)
            found = self._masks[group] = int.from_bytes(bits, "little")
        return found

    def closure(self, start: Target) -> int:
        """What `start` waits for, directly or not; of a node with itself, of a set with its members."""
        kept = self._kept.get(start) if isinstance(start, Group) else None
        if kept is not None:
            return kept
        seen: set[Target] = {start}
        todo: list[Target] = [start]
        bits, reached = bytearray(self._bytes), 0
        while todo:
            at = todo.pop()
            if isinstance(at, Node):
                bits[at.number >> 3] |= 1 << (at.number & 7)
            elif at in self._kept:
                reached |= self._kept[at]
                continue
            for below in at.members if isinstance(at, Group) else at.waits:
                if below not in seen:
                    seen.add(below)
                    todo.append(below)
        reached |= int.from_bytes(bits, "little")
        if isinstance(start, Group):
            self._kept[start] = reached
        return reached

    def linked(self, waiting: int, target: Target) -> None:
        """The nodes of the bit set `waiting` wait for `target` from now on."""
        reached = self.closure(target)
        for group, found in self._kept.items():
            if found & waiting:
                self._kept[group] = found | reached

    def joined(self, first: Group, waiting: int, node: Node) -> None:
        """`node` is a member of `first` from now on, which the nodes of `waiting` wait for."""
        if first in self._kept:
            self._kept[first] |= self.closure(node)
        self.linked(waiting, node)


class Schedule:
    """Which changes may start, as others are done. Not thread-safe: one thread decides."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._nodes = list(nodes)
        self._open: dict[Target, int] = {}
        self._after: dict[Target, list[Target]] = defaultdict(list)
        self._done: set[Node] = set()
        for node in self._nodes:
            self._watch(node, node.waits)
            for target in node.waits:
                if isinstance(target, Group) and target not in self._open:
                    self._watch(target, target.members)

    def _watch(self, owner: Target, targets: Iterable[Target]) -> None:
        count = 0
        for target in targets:
            self._after[target].append(owner)
            count += 1
        self._open[owner] = count

    def ready(self) -> list[Node]:
        """The changes that wait for nothing any more, in order."""
        return [node for node in self._nodes if not self._open[node]]

    def done(self, node: Node) -> list[Node]:
        """Mark a change as done (again: nothing happens); returns those that it was the last to block."""
        if node in self._done:
            return []
        self._done.add(node)
        freed, todo = [], [node]
        while todo:
            for owner in self._after[todo.pop()]:
                self._open[owner] -= 1
                if not self._open[owner]:
                    if isinstance(owner, Node):
                        freed.append(owner)
                    else:
                        todo.append(owner)  # type: ignore[arg-type]  # a finished set passes the news on
        return freed

    def blockers(self, node: Node) -> list[Node]:
        """What a change still waits for."""
        return [n for n in direct(node, lambda _: True) if n not in self._done]


def direct(node: Node, wanted: Callable[[Node], bool]) -> list[Node]:
    """The changes that `node` itself waits for, sets opened."""
    out: dict[Node, None] = {}
    for target in node.waits:
        for found in (target,) if isinstance(target, Node) else target.members:
            if wanted(found):
                out[found] = None
    return list(out)
