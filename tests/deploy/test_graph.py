from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.deploy.config.config import Config, parse_config
from oakum.deploy.config.defaults import default_config
from oakum.deploy.diff.change import ADD, DELETE, KEEP, Change
from oakum.deploy.graph.graph import Graph, Node, Schedule, direct
from oakum.deploy.resource import Resource
from oakum.errors import DeployError
from oakum.kube.selector import NAME_RULE


def thing(name: str, kind: str = "ConfigMap", api: str = "v1", ns: str = "n", op: str = ADD, **notes: str) -> Change:
    notes = {f"kapp.k14s.io/{k.replace('_', '-')}": v for k, v in notes.items()}
    meta: dict[str, Any] = {"name": name, "annotations": notes}
    if ns:
        meta["namespace"] = ns
    r = Resource({"apiVersion": api, "kind": kind, "metadata": meta})
    return Change(r, None, op=op) if op in (DELETE, KEEP) else Change(None, r, op=op)


def waves(graph: Graph) -> list[list[str]]:
    schedule, out = Schedule(graph.nodes), []
    ready = schedule.ready()
    while ready:
        out.append(sorted(n.resource.name for n in ready))
        ready = [freed for node in ready for freed in schedule.done(node)]
    return out


def test_role_bindings_wait_for_roles_and_workloads_for_both() -> None:
    rbac = "rbac.authorization.k8s.io/v1"
    changes = [thing("rs", "ReplicaSet", "apps/v1"), thing("rb", "RoleBinding", rbac), thing("r", "Role", rbac),
               thing("sa", "ServiceAccount"), thing("cm")]
    assert waves(Graph(changes, default_config())) == [["cm", "r", "sa"], ["rb"], ["rs"]]


def test_namespaced_objects_wait_for_their_namespace() -> None:
    changes = [thing("in"), thing("n", "Namespace", ns=""), thing("elsewhere", ns="m")]
    assert waves(Graph(changes, default_config())) == [["elsewhere", "n"], ["in"]]


def test_custom_resources_wait_for_their_definition() -> None:
    crd = thing("foos.ex.test", "CustomResourceDefinition", "apiextensions.k8s.io/v1", ns="")
    assert crd.new is not None
    crd.new.body["spec"] = {"group": "ex.test", "names": {"kind": "Foo"}}
    assert waves(Graph([thing("foo", "Foo", "ex.test/v1"), crd], default_config())) == [["foos.ex.test"], ["foo"]]


def test_an_unchanged_resource_blocks_nothing() -> None:
    first = thing("first", op=KEEP, change_group="ex.test/first")
    second = thing("second", change_rule="upsert after upserting ex.test/first")
    assert waves(Graph([first, second], Config())) == [["first", "second"]]


def test_a_deletion_can_come_first() -> None:
    old = thing("old", op=DELETE, change_group="ex.test/old")
    new = thing("new", change_rule="upsert after deleting ex.test/old")
    assert waves(Graph([new, old], Config())) == [["old"], ["new"]]


def test_before_rules_hold_the_members_back() -> None:
    late = thing("late", change_group="ex.test/g")
    assert waves(Graph([late, thing("soon", change_rule="upsert before upserting ex.test/g")], Config())) == [
        ["soon"], ["late"]]


def test_a_cycle_of_required_rules_is_named() -> None:
    a = thing("a", change_group="ex.test/a", change_rule="upsert after upserting ex.test/b")
    b = thing("b", change_group="ex.test/b", change_rule="upsert after upserting ex.test/a")
    with pytest.raises(DeployError, match="Detected cycle while ordering changes") as caught:
        Graph([a, b], Config())
    name = "[configmap/{} (v1) namespace: n]"
    assert " -> ".join(name.format(x) for x in "aba") in str(caught.value)
    assert str(caught.value).endswith("(found repeated: configmap/a (v1) namespace: n)")


def test_a_rule_on_ones_own_group_is_a_cycle() -> None:
    with pytest.raises(DeployError, match=r"\[configmap/a .*\] -> \[configmap/a .*\]"):
        Graph([thing("a", change_group="ex.test/a", change_rule="upsert after upserting ex.test/a")], Config())


@pytest.mark.parametrize(("notes", "text"), [
    ({"change_rule": "upsert soon upserting ex.test/x"}, "Resource configmap/r (v1) namespace: n: Unknown change rule Order"),
    ({"change_rule": "create after upserting ex.test/x"}, "Resource configmap/r (v1) namespace: n: Unknown change rule Action"),
    ({"change_group": ""}, "Expected non-empty group name"),
    ({"change_rule": "upsert after upserting ex.test/{flavour}"}, "Placeholder {flavour} does not have a value for target "
     "resource (hint: placeholders with the 'crd-' prefix can only be used with CRDs)"),
    ({"change_group": "/"}, 'Expected change group name "/" to be a qualified name: prefix part must be non-empty; name part '
     f"must be non-empty; {NAME_RULE}"),
])
def test_wrong_annotations_are_named(notes: dict[str, str], text: str) -> None:
    with pytest.raises(DeployError) as caught:
        Graph([thing("r", **notes)], Config())
    assert str(caught.value) == f"Change graph: Calculating required deps: {text}"


RULES = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["before", "after"]), st.integers(0, 4)), max_size=8)


def reaches(a: Node, b: Node) -> bool:
    todo, seen = [a], set()
    while todo:
        for n in direct(todo.pop(), lambda _: True):
            if n is b:
                return True
            if n not in seen:
                seen.add(n)
                todo.append(n)
    return False


@given(st.lists(st.lists(st.integers(0, 4), max_size=2), min_size=2, max_size=7), RULES)
def test_optional_rules_give_the_edges_that_a_naive_planner_gives(groups: list[list[int]],
                                                                   rules: list[tuple[int, str, int]]) -> None:
    changes = [thing(f"c{at}", **{f"change_group.{k}": f"ex.test/g{g}" for k, g in enumerate(member_of)})
               for at, member_of in enumerate(groups)]
    for change, member_of in zip(changes, groups, strict=True):
        change.resource.body["metadata"]["annotations"].update({f"in/{g}": "" for g in member_of})
    config = parse_config(Resource({"changeRuleBindings": [
        {"rules": [f"upsert {order} upserting ex.test/g{target}"], "ignoreIfCyclical": True,
         "resourceMatchers": [{"hasAnnotationMatcher": {"keys": [f"in/{source}"]}}]}
        for source, order, target in rules]}), "")
    graph = Graph(changes, config)
    naive: dict[int, set[int]] = {at: set() for at in range(len(groups))}

    def leads(a: int, b: int, seen: frozenset[int] = frozenset()) -> bool:
        return b in naive[a] or any(leads(n, b, seen | {a}) for n in naive[a] - seen)

    for source, order, target in reversed(rules):
        for at, member_of in enumerate(groups):
            if source in member_of:
                for other, its in enumerate(groups):
                    x, y = (other, at) if order == "before" else (at, other)
                    if target in its and x != y and y not in naive[x] and not leads(y, x):
                        naive[x].add(y)
    for a in graph.nodes:
        for b in graph.nodes:
            assert reaches(a, b) == leads(a.number, b.number)


def test_ten_thousand_changes_make_a_graph_without_ten_thousand_squared_edges() -> None:
    changes = [thing(f"c{at}") for at in range(5000)] + [thing(f"d{at}", "Deployment", "apps/v1") for at in range(5000)]
    graph = Graph(changes, default_config())
    assert sum(len(n.waits) for n in graph.nodes) <= 4 * len(changes)
