"""A namespace of its own on the target, and a paper for what a command would print."""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from oakum.deploy.deleting import Delete, DeleteOptions
from oakum.deploy.deploying import Deploy, DeployOptions
from oakum.deploy.output import Grid
from oakum.deploy.resource import Origin, Resource
from oakum.deploy.values import floats
from oakum.kube import connect
from oakum.kube.client import CONFIG_MAPS, NAMESPACES, Client
from oakum.kube.kubeconfig import load

TIME = re.compile(r"^\d{1,2}:\d\d:\d\d[AP]M: ", re.MULTILINE)


@dataclass
class Paper:
    """Takes down what is printed; times of day are left out."""

    lines: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    tables: list[Grid] = field(default_factory=list)

    def line(self, text: str) -> None:
        self.lines.append(text)

    def begin(self, text: str) -> None:
        self.lines += TIME.sub("", text).splitlines()

    def block(self, text: str) -> None:
        self.blocks.append(text)

    def table(self, grid: Grid) -> None:
        self.tables.append(grid)

    def confirm(self) -> None:
        """Yes."""

    def expect_answer(self) -> None:
        """Yes."""

    def paint(self, text: str, color: str) -> str:
        return text

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Name and operation of each row of the last table."""
        return sorted((str(row[1]), str(row[5])) for row in self.tables[-1].rows)


@dataclass
class Place:
    """A namespace of a cluster, and what tests do in it."""

    client: Client
    namespace: str

    def deploy(self, *bodies: dict[str, Any], app: str = "app", origin: Origin | None = None, **options: Any) -> Paper:
        """Deploy those objects; gives what was printed."""
        paper = Paper()
        wanted = DeployOptions(app=app, namespace=self.namespace, **options)
        Deploy(self.client, wanted, lambda: [Resource(floats(b), origin) for b in bodies], paper).run()
        return paper

    def delete(self, app: str = "app", **options: Any) -> Paper:
        """Delete the application."""
        paper = Paper()
        Delete(self.client, DeleteOptions(app=app, namespace=self.namespace, **options), paper).run()
        return paper

    def data(self) -> dict[str, dict[str, str]]:
        """The ConfigMaps that belong to applications, by name."""
        found = self.client.list(CONFIG_MAPS, self.namespace, labels="kapp.k14s.io/app").items
        return {o["metadata"]["name"]: o.get("data") or {} for o in found}


def config_map(name: str, **data: str) -> dict[str, Any]:
    """A ConfigMap's body."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


@pytest.fixture
def place(target: Any) -> Iterator[Place]:
    """A fresh namespace."""
    client = connect(load(path=str(target.kubeconfig)))
    name = client.create(NAMESPACES, {"apiVersion": "v1", "kind": "Namespace",
                                      "metadata": {"generateName": "deploy-"}})["metadata"]["name"]
    yield Place(client, name)
    client.delete(NAMESPACES, name)
    client.transport.close()
