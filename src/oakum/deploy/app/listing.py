"""The applications of a namespace, or of the whole cluster."""
from __future__ import annotations

from collections.abc import Mapping

from oakum.dataclass import dataclass
from oakum.deploy.age import Age
from oakum.deploy.app.meta import AppMeta
from oakum.deploy.app.recorded import IS_APP, meta_of, trimmed
from oakum.deploy.resource import Resource
from oakum.kube.client import CONFIG_MAPS, Client

ANY = Age()


@dataclass(frozen=True)
class Listed:
    """An application as a list shows it."""

    name: str
    namespace: str
    meta: AppMeta


def list_apps(client: Client, namespace: str = "", labels: Mapping[str, str] | None = None, age: Age = ANY,
              ) -> list[Listed]:
    """The applications (everywhere when `namespace` is empty) whose records carry `labels` and are of that age. One
    request.
    """
    selector = ",".join(f"{k}={v}" for k, v in sorted({IS_APP: "", **(labels or {})}.items()))
    found = client.list(CONFIG_MAPS, namespace, labels=selector).items
    return [Listed(trimmed(r["metadata"]["name"]), r["metadata"].get("namespace", ""), meta_of(r)) for r in found
            if age == ANY or age.matches(Resource(r).created)]
