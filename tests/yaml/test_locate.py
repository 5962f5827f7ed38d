import pytest

from oakum.yaml.locate import Place, in_node, in_text, split_path
from oakum.yaml.nodes import Document, Map, MapItem
from oakum.yaml.parser import parse

TEXT = """kind: Deployment
metadata:
  labels:
    app.kubernetes.io/name: web
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: web
        image: a
      - name: side
        ports: [{containerPort: 80}]
  replicas: two
"""

LINES = {
    "kind": 1, "metadata.labels[app.kubernetes.io/name]": 4, 'metadata.labels["app.kubernetes.io/name"]': 4,
    "spec.template.spec.containers[0].image": 11, "spec.template.spec.containers[1].ports[0].containerPort": 13,
    '.spec.template.spec.containers[name="side"]': 12, "spec.replicas": 14,
}  # fmt: skip


@pytest.mark.parametrize(("path", "line"), LINES.items())
def test_a_field_is_found(path: str, line: int) -> None:
    assert in_node(parse(TEXT, "f.yml").items[0], path) == Place("f.yml", line)


PARTS = {
    "spec.selector": 5, "spec.template.spec.containers[5].image": 9, "status": 1, "kind.x": 1,
    'spec.template.spec.containers[name="none"]': 9,
}  # fmt: skip


@pytest.mark.parametrize(("path", "line"), PARTS.items())
def test_of_a_field_that_is_missing_the_nearest_above_is_found(path: str, line: int) -> None:
    assert in_node(parse(TEXT, "f.yml").items[0], path) == Place("f.yml", line, whole=False)


def test_a_text_is_searched_by_the_number_of_its_document() -> None:
    found = in_text(f"# one\n---\n---\na: 1\n--- # three\n{TEXT}", "f.yml", 3, "spec.replicas")
    assert str(found) == "f.yml:19"


def test_nodes_without_a_source_have_no_place() -> None:
    assert in_node(Document(Map([MapItem("a", 1)])), "a") is None


def test_paths_are_split_into_steps() -> None:
    assert list(split_path('.a.b[0][k.x/y]["q\\"."].c')) == ["a", "b", "0", "k.x/y", 'q".', "c"]
