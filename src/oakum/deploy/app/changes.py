"""The records of an application's changes (kapp spec, section 2.2)."""
from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from oakum.dataclass import dataclass, replace
from oakum.deploy.app.meta import AppMeta, ChangeMeta, now, parse_change
from oakum.deploy.app.recorded import RecordedApp, rewritten
from oakum.deploy.errors import AppError
from oakum.errors import KubeError
from oakum.kube.client import CONFIG_MAPS
from oakum.kube.errors import ApiError
from oakum.kube.workers import each
from oakum.parts import mapping, text
from oakum.typing import Any

IS_CHANGE = "kapp.k14s.io/is-app-change"
OF_LABEL = "kapp.k14s.io/app-change-app-label"
OF_NAME = "kapp.k14s.io/app-change-app"
KEEP_AFTER_FAILED_DELETE = 5
DELETES_AT_ONCE = 8


@dataclass(frozen=True)
class Recorded:
    """One change record."""

    name: str
    meta: ChangeMeta


class Changes:
    """The history of `app`."""

    def __init__(self, app: RecordedApp) -> None:
        self._app = app

    def history(self) -> list[Recorded]:
        """All changes, the oldest first."""
        if self._app.labels_changes:
            selector = f"{OF_LABEL}={self._app.label_value},{IS_CHANGE}="
        else:
            selector = f"{OF_NAME}={self._app.name},{IS_CHANGE}="
        found = self._app.client.list(CONFIG_MAPS, self._app.namespace, labels=selector).items
        found.sort(key=lambda r: (text(r["metadata"].get("creationTimestamp")), _started(r)))
        return [Recorded(r["metadata"]["name"], _meta(r)) for r in found]

    def begin(self, description: str, namespaces: tuple[str, ...], *, keep: int,
              also: Callable[[AppMeta], AppMeta] = lambda meta: meta) -> Running:
        """Record that a change starts; with `keep` 0 only in the application's own record, written with `also`."""
        meta = ChangeMeta(started=now(), description=description, namespaces=namespaces)
        record = self._create(meta) if keep > 0 else None
        running = Running(self._app, record, meta)
        self._app.update(lambda m: also(replace(m, last_change=meta, last_change_name=running.name)))
        return running

    def _create(self, meta: ChangeMeta) -> dict[str, Any]:
        app = self._app
        labels = {IS_CHANGE: "", OF_LABEL: app.label_value}
        if len(app.name) <= 63 or not app.labels_changes:
            labels[OF_NAME] = app.name
        try:
            return app.client.create(CONFIG_MAPS, {
                "apiVersion": "v1", "kind": "ConfigMap", "data": {"spec": meta.to_text()},
                "metadata": {"generateName": f"{app.name}-change-", "namespace": app.namespace, "labels": labels},
            }, app.namespace)
        except KubeError as e:
            raise AppError(f"Creating app change: {e}") from e

    def excess(self, keep: int) -> tuple[list[Recorded], int]:
        """The oldest changes beyond the newest `keep`, and how many stay."""
        found = self.history()
        if len(found) <= keep:
            return [], len(found)
        return found[:len(found) - keep], keep

    def trim(self, keep: int, say: Callable[[str], None]) -> None:
        """Delete the oldest changes beyond the newest `keep`, and `say` how many. Raises KubeError, AppError."""
        old, _ = self.excess(keep)
        self.delete(old)
        if old:
            say(f"Deleted {len(old)} older app changes")

    def delete(self, changes: list[Recorded], what: str = "Deleting app change") -> None:
        """Delete records; ones that are gone already count as deleted. Raises AppError that begins with `what`."""
        def drop(change: Recorded) -> None:
            try:
                self._app.client.delete(CONFIG_MAPS, change.name, self._app.namespace, missing_ok=True)
            except KubeError as e:
                raise AppError(f"{what}: {e}") from e

        each(changes, drop, DELETES_AT_ONCE)


class Running:
    """A change that has been recorded as started, in `record` if it has one of its own."""

    def __init__(self, app: RecordedApp, record: dict[str, Any] | None, meta: ChangeMeta) -> None:
        self._app = app
        self._record = record
        self._meta = meta

    @property
    def name(self) -> str:
        """That of its own record, empty without."""
        return str(self._record["metadata"]["name"]) if self._record else ""

    def finish(self, successful: bool, *, also: Callable[[AppMeta], AppMeta] = lambda meta: meta) -> None:
        """Record how it ended, in its own record and the application's, there in the same write as `also`."""
        done = self._finished(successful)
        self._app.update(lambda m: also(replace(m, last_change=done, last_change_name=self.name)))

    def give_up(self) -> None:
        """Record that it failed; what the application's record tells of another's change that came after it stays."""
        done = self._finished(False)
        ours = (self.name, self._meta.started)
        self._app.update(lambda m: replace(m, last_change=done) if (m.last_change_name, m.last_change.started) == ours
                         else m)

    def _finished(self, successful: bool) -> ChangeMeta:
        done = replace(self._meta, finished=now(), successful=successful)
        if self._record is not None:
            def edit(record: dict[str, Any]) -> None:
                record["data"] = {**mapping(record.get("data")), "spec": done.to_text()}

            with suppress(ApiError):  # that of the application, which tells it too, is what counts
                rewritten(self._app.client, self._record, self._app.namespace, edit)
        return done


def _meta(record: dict[str, Any]) -> ChangeMeta:
    try:
        return parse_change(text(mapping(record.get("data")).get("spec")) or "{}")
    except ValueError as e:
        raise AppError(f"Parsing app change '{record['metadata']['name']}': {e}") from e


def _started(record: dict[str, Any]) -> str:
    return _meta(record).started
