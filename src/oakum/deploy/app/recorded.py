"""An application with a record: a ConfigMap in its namespace (kapp spec, sections 2.1 to 2.3).

Every write is of the version that was read, and is done again on a newer one when somebody else was faster, so two
deploys never lose each other's history.
"""
from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping

from oakum.deploy.app.meta import AppMeta, parse_meta
from oakum.deploy.errors import AppError
from oakum.errors import KubeError
from oakum.kube.client import CONFIG_MAPS, Client
from oakum.kube.errors import ApiError
from oakum.parts import mapping, text
from oakum.typing import Any

IS_APP = "kapp.k14s.io/is-app"
USES_APP_LABEL = "kapp.k14s.io/app-changes-use-app-label"
MIGRATED = "kapp.k14s.io/is-configmap-migrated"
SUFFIX = ".apps.k14s.io"
ATTEMPTS = 10
DRY_RUN = [("dryRun", "All")]
LASTING = (403, 404, 422)
"""Refusals of a dry run that the write itself would meet too; with others a server may only not offer dry runs."""


def suffixed_names(env: Mapping[str, str] | None = None) -> bool:
    """Whether records are to have names with the suffix (`KAPP_FQ_CONFIGMAP_NAMES`)."""
    return (os.environ if env is None else env).get("KAPP_FQ_CONFIGMAP_NAMES", "").lower() == "true"


def trimmed(name: str) -> str:
    """An application's name from that of its record."""
    return name.removesuffix(SUFFIX)


def meta_of(record: Mapping[str, Any]) -> AppMeta:
    """What a record holds. Raises AppError that names it."""
    name, namespace = record["metadata"]["name"], record["metadata"].get("namespace", "")
    try:
        return parse_meta(text(mapping(record.get("data")).get("spec")))
    except AppError as e:
        raise AppError(f"App '{trimmed(name)}' (namespace: {namespace}) backed by ConfigMap '{name}' did not contain "
                       f"parseable app metadata: {e} (hint: ConfigMap was overriden by another user?)") from e


class RecordedApp:
    """The application `name` whose record is in `namespace`; `fully_qualified` gives new records the suffix."""

    def __init__(self, client: Client, name: str, namespace: str, *, fully_qualified: bool | None = None) -> None:
        if not name:
            raise AppError("Expected app name to be non-empty")
        self.client = client
        self.name = trimmed(name)
        self.namespace = namespace
        self._qualify = suffixed_names() if fully_qualified is None else fully_qualified
        self._record: dict[str, Any] | None = None
        self._absent = False

    @property
    def title(self) -> str:
        """The application in messages."""
        return self.name

    def find(self) -> bool:
        """Read the record, under either name; False when there is none. Raises AppError, KubeError."""
        for name in (self.name + SUFFIX, self.name):
            found = self._get(name)
            if found is not None:
                self._record = found
                return True
        return False

    def _get(self, name: str) -> dict[str, Any] | None:
        try:
            return self.client.get(CONFIG_MAPS, name, self.namespace)
        except ApiError as e:
            if e.not_found:
                return None
            raise AppError(f"Getting app: {e}") from e
        except KubeError as e:
            raise AppError(f"Getting app: {e}") from e

    @property
    def record(self) -> dict[str, Any]:
        """The record as last read. Raises AppError when there is none."""
        if self._record is None and not self.find():
            raise self.missing(": ")
        assert self._record is not None
        return self._record

    @property
    def meta(self) -> AppMeta:
        """What the record says, as last read."""
        return meta_of(self.record)

    @property
    def label_key(self) -> str:
        """The key of the label on the application's objects."""
        return self.meta.label_key

    @property
    def label_value(self) -> str:
        """The value of the label on the application's objects."""
        return self.meta.label_value

    @property
    def labels_changes(self) -> bool:
        """Whether its change records are found by its label (else, on old records, by its name)."""
        return USES_APP_LABEL in (self.record["metadata"].get("annotations") or {})

    def missing(self, ending: str = "") -> AppError:
        """The error for an application that is not there, with a hint where one of that name is."""
        elsewhere = _namespaces_with(self.client, self.name)
        hint = ""
        if elsewhere:
            shown = ", ".join(elsewhere[:3]) + (", ..." if len(elsewhere) > 3 else "")
            hint = f" (hint: found app '{self.name}' in other namespaces: {shown})"
        return AppError(f"App '{self.name}' (namespace: {self.namespace}) does not exist{ending}{hint}")

    def look(self, labels: Mapping[str, str]) -> bool:
        """Whether there is a record; the server is asked whether it would take ours, and nothing is written.

        What was found is not read again by `prepare`. Raises AppError, KubeError.
        """
        self._absent = not self.find()
        try:
            if self._absent:
                self.client.create(CONFIG_MAPS, self._first(labels), self.namespace, query=DRY_RUN)
            else:
                record = dict(self.record, metadata=dict(self.record["metadata"]))
                _label(record, labels)
                self.client.replace(CONFIG_MAPS, record, record["metadata"]["name"], self.namespace, query=DRY_RUN)
        except ApiError as e:
            if e.code in LASTING:
                raise (e if self._absent else AppError(f"Updating app: {e}")) from e
        return not self._absent

    def prepare(self, labels: Mapping[str, str], previous: str = "") -> bool:
        """Make sure there is a record with `labels`: update, migrate, rename from `previous`, or create it.

        Returns True when it was created. Raises AppError, KubeError.
        """
        before = RecordedApp(self.client, previous, self.namespace, fully_qualified=self._qualify) if previous else None
        if self._record is not None or (not self._absent and self.find()):
            self._adopt(labels)
            if before is not None and before.name != self.name and before.find() and self._copied_from(before):
                before.delete()
            return False
        if before is not None and before.find():
            suffixed = before.record["metadata"]["name"].endswith(SUFFIX)
            self._move(before, suffixed or self._qualify, labels if suffixed else {})
            return False
        try:
            self._record = self.client.create(CONFIG_MAPS, self._first(labels), self.namespace)
        except ApiError as e:
            if not (e.already_exists and self.find()):
                raise
            self._adopt(labels)  # of two first deploys at once this is the later
            return False
        return True

    def _adopt(self, labels: Mapping[str, str]) -> None:
        name = self.record["metadata"]["name"]
        if self._qualify and not name.endswith(SUFFIX):
            self._move(self, True, labels)
            return
        if self._qualify:
            self._end_migration()
        self._write(lambda record: _label(record, labels))

    def _end_migration(self) -> None:
        """Delete the record under the plain name, if a migration was interrupted before it did."""
        plain = self._get(self.name)
        if (plain is not None and IS_APP in (plain["metadata"].get("labels") or {})
                and meta_of(plain).selector == self.meta.selector):
            self.client.delete(CONFIG_MAPS, self.name, self.namespace, missing_ok=True)

    def _move(self, before: RecordedApp, suffixed: bool, labels: Mapping[str, str]) -> None:
        """Copy a record to our name and delete it. Change records are found by label, so they stay."""
        old = before.record
        meta = {k: dict(old["metadata"].get(k) or {}) for k in ("labels", "annotations")}
        if suffixed:
            meta["annotations"][MIGRATED] = ""
        body: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "data": dict(mapping(old.get("data"))),
                                "metadata": {"name": self.name + (SUFFIX if suffixed else ""),
                                             "namespace": self.namespace, **meta}}
        _label(body, labels)
        try:
            self._record = self.client.create(CONFIG_MAPS, body, self.namespace)
        except ApiError as e:  # a copy may come late, from a deploy that was killed or goes on beside us
            if not (e.already_exists and self.find() and self.meta.selector == meta_of(old).selector):
                raise
        self.client.delete(CONFIG_MAPS, old["metadata"]["name"], before.namespace, missing_ok=True)

    def _first(self, labels: Mapping[str, str]) -> dict[str, Any]:
        """The record of an application that is new."""
        annotations = {USES_APP_LABEL: ""}
        if self._qualify:
            annotations[MIGRATED] = ""
        return {
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": self.name + (SUFFIX if self._qualify else ""), "namespace": self.namespace,
                         "labels": {**labels, IS_APP: ""}, "annotations": annotations},
            "data": {"spec": AppMeta(str(time.time_ns())).to_text()}}

    def update(self, change: Callable[[AppMeta], AppMeta]) -> None:
        """Change what the record says. Raises AppError, KubeError."""
        def edit(record: dict[str, Any]) -> None:
            record["data"] = {**mapping(record.get("data")), "spec": change(meta_of(record)).to_text()}

        self._write(edit)

    def _write(self, edit: Callable[[dict[str, Any]], None]) -> None:
        try:
            self._record = rewritten(self.client, self.record, self.namespace, edit)
        except ApiError as e:
            raise AppError(f"Updating app: {e}") from e

    def rename(self, name: str, namespace: str) -> None:
        """Give the record another name and place. Raises AppError."""
        moved = RecordedApp(self.client, name, namespace, fully_qualified=False)
        old = self.record
        suffixed = old["metadata"]["name"].endswith(SUFFIX)
        meta = {k: dict(old["metadata"].get(k) or {}) for k in ("labels", "annotations")}
        body: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "data": dict(mapping(old.get("data"))),
                                "metadata": {"name": moved.name + (SUFFIX if suffixed else ""), "namespace": namespace,
                                             **meta}}
        try:
            self.client.create(CONFIG_MAPS, body, namespace)
        except KubeError as e:
            if not (isinstance(e, ApiError) and e.already_exists and moved._is_copy_of(self)):
                raise AppError(f"Creating app: {e}") from e
        try:
            self.client.delete(CONFIG_MAPS, old["metadata"]["name"], self.namespace, missing_ok=True)
        except KubeError as e:
            raise AppError(f"Deleting app: {e}") from e

    def _copied_from(self, before: RecordedApp) -> bool:
        """Whether our record is a copy of `before`'s, whose renaming was interrupted half way."""
        return self.meta.selector == before.meta.selector

    def _is_copy_of(self, before: RecordedApp) -> bool:
        """Whether there is a record of ours that is a copy of `before`'s, and not that record itself."""
        return self.find() and self._copied_from(before) and self._uid != before._uid

    @property
    def _uid(self) -> str:
        return str(self.record["metadata"].get("uid", ""))

    def delete(self) -> None:
        """Delete the record, unless somebody was faster."""
        self.client.delete(CONFIG_MAPS, self.record["metadata"]["name"], self.namespace, missing_ok=True)
        self._record = None


def rewritten(client: Client, record: dict[str, Any], namespace: str, edit: Callable[[dict[str, Any]], None],
              ) -> dict[str, Any]:
    """A record with `edit` done to it, as stored; done again on a newer one where somebody else was faster.

    Raises KubeError.
    """
    name = record["metadata"]["name"]
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(0.05 * attempt)
            record = client.get(CONFIG_MAPS, name, namespace)
        wanted = dict(record, metadata=dict(record["metadata"]))
        edit(wanted)
        try:
            return client.replace(CONFIG_MAPS, wanted, name, namespace)
        except ApiError as e:
            if not e.conflict or attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("writing takes an attempt at least")


def _namespaces_with(client: Client, name: str) -> list[str]:
    """Where applications of that name are; empty when nobody may say."""
    try:
        found = client.list(CONFIG_MAPS, labels=f"{IS_APP}=").items
    except KubeError:
        return []
    return sorted(r["metadata"].get("namespace", "") for r in found if trimmed(r["metadata"]["name"]) == name)


def _label(record: dict[str, Any], labels: Mapping[str, str]) -> None:
    have = dict(record["metadata"].get("labels") or {})
    for key, value in labels.items():
        if have.get(key, value) != value:
            raise AppError(f"Expected label '{key}' value to remain same")
        have[key] = value
    record["metadata"]["labels"] = have


def parse_labels(pairs: list[str]) -> dict[str, str]:
    """`key=val` pairs. Raises AppError."""
    out = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise AppError("Expected label to be in 'key=val' format")
        if not key:
            raise AppError("Expected label key to be non-empty")
        out[key] = value
    return out
