"""One change made in the cluster (kapp spec, sections 4.2 to 4.4)."""
from __future__ import annotations

import time
from collections.abc import Callable

from oakum.dataclass import dataclass
from oakum.deploy.app.meta import APP_KEY
from oakum.deploy.apply.options import ApplyOptions
from oakum.deploy.apply.serverside import ServerSide
from oakum.deploy.apply.strategy import (
    ALWAYS_REPLACE,
    FALLBACK_ON_NOOP,
    FALLBACK_ON_REPLACE,
    ORPHAN,
    PLAIN,
    SKIP,
    strategy_of,
)
from oakum.deploy.cluster import Cluster, ServerError
from oakum.deploy.diff.change import ADD, DELETE, EXISTS, KEEP, NOOP, UPDATE, Change, Differ
from oakum.deploy.diff.history import record, recorded
from oakum.deploy.diff.mask import Mask
from oakum.deploy.diff.view import minimal
from oakum.deploy.errors import ApplyError, ConfigError
from oakum.deploy.resource import PREFIX, Resource
from oakum.kube.retry import WEBHOOK
from oakum.kube.workers import Rest

ROUNDS = 10
RECORD_SECONDS = 60.0
GONE_PAUSE = 0.25
ORPHANED = PREFIX + "orphaned"


class Retryable(ApplyError):
    """A change that failed for a reason that may pass."""


@dataclass(frozen=True)
class Applied:
    """What came of a change: the object as stored, if there is one; `gone` when it certainly is not there any more."""

    stored: Resource | None
    gone: bool = False


@dataclass(frozen=True)
class Applier:
    """Applies changes. `log` gets remarks on what turned out to be unnecessary."""

    cluster: Cluster
    differ: Differ
    mask: Mask
    options: ApplyOptions
    log: Callable[[str], None] = lambda text: None

    def apply(self, change: Change) -> Applied | Rest[Applied]:
        """Make the change; returns the object as stored, where there is one, or that it is gone.

        The rest, where there is one, is the second write. The server makes it from the object in its cache, which
        learns of the first one only a little later: too early, it takes both the older object and then, from its
        store, the newer one through all that a write is. Some writes of other objects in between spare it that.

        Raises Retryable for what may pass, ApplyError (or UnknownStrategy) for what will not.
        """
        strategy = strategy_of(change, self.options.default_update_strategy)
        return _judged(lambda: self._apply(change, strategy))

    def _apply(self, change: Change, strategy: str) -> Applied | Rest[Applied]:
        if change.op in (KEEP, NOOP):
            return Applied(change.existing)
        if change.op == EXISTS:
            return Applied(self._exists(change.resource))
        if change.op == DELETE:
            return Applied(None, gone=self._delete(change, strategy))
        if self.options.server_side and strategy == PLAIN:
            return Applied(ServerSide(self.cluster).apply(change))
        return self._create(change, strategy) if change.op == ADD else self._update(change, strategy)

    def _exists(self, resource: Resource) -> Resource:
        found = self.cluster.find(resource)
        if found is None:
            raise Retryable("External resource doesn't exists")
        return found

    def _create(self, change: Change, strategy: str) -> Applied | Rest[Applied]:
        assert change.new is not None
        applied = change.applied or change.new
        try:
            stored = self.cluster.create(change.new)
        except ServerError as e:
            if strategy == PLAIN or e.api is None or not e.api.already_exists:
                raise
            return self._update_instead(applied, strategy == FALLBACK_ON_NOOP)
        return self._to_record(stored, applied)

    def _update_instead(self, applied: Resource, noop_allowed: bool) -> Applied | Rest[Applied]:
        """The object to create is there: update it to what is wanted."""
        for _ in range(ROUNDS):
            there = self.cluster.get(applied)
            change = self.differ.compare(there, applied)
            if change.op == NOOP:
                if not noop_allowed:
                    raise ApplyError(
                        "Recalculated change was a noop but those are not allowed (try adding annotation "
                        "kapp.k14s.io/create-strategy: fallback-on-update-or-noop)")
                return Applied(there)
            if change.op != UPDATE or change.new is None:
                raise ApplyError("Expected recalculated change to be an update or noop")
            try:
                return self._to_record(self.cluster.replace(change.new), applied)
            except ServerError as e:
                if e.api is None or not e.api.conflict:
                    raise
                last = e
        raise ApplyError("Failed to update (after trying to create) due to resource conflict (tried multiple times): "
                         f"{last}") from last

    def _update(self, change: Change, strategy: str) -> Applied | Rest[Applied]:
        assert change.new is not None
        applied = change.applied or change.new
        if strategy == SKIP:
            return Applied(change.existing)
        if strategy == ALWAYS_REPLACE:
            return self._to_record(self._replace(change, applied), applied)
        try:
            stored = self._put(change, applied)
        except ServerError as e:
            if strategy != FALLBACK_ON_REPLACE or e.api is None or not e.api.invalid:
                raise
            stored = self._replace(change, applied)
        return self._to_record(stored, applied)

    def _put(self, change: Change, applied: Resource) -> Resource:
        """PUT; when the object has changed meanwhile, again on the newer one, if that leads to the same difference."""
        assert change.new is not None
        try:
            return self.cluster.replace(change.new)
        except ServerError as e:
            if e.api is None or not e.api.conflict:
                raise
            first = e
        for _ in range(ROUNDS):
            again = self.differ.compare(self.cluster.get(applied), applied)
            if again.op != UPDATE or again.new is None:
                raise ApplyError("Expected recalculated change to be an update") from first
            if again.ops_digest != change.ops_digest:
                raise ApplyError("Failed to update due to resource conflict (approved diff no longer matches): "
                                 f"{first}: Recalculated diff:\n{minimal(again.lines(self.mask))}\n") from first
            try:
                return self.cluster.replace(again.new)
            except ServerError as e:
                if e.api is None or not e.api.conflict:
                    raise
        raise ApplyError(f"Failed to update due to resource conflict (tried multiple times): {first}") from first

    def _replace(self, change: Change, applied: Resource) -> Resource:
        """Delete, wait until it is gone, create anew."""
        there = change.existing or self.cluster.get(applied)
        try:
            self.cluster.delete(there)
        except ServerError as e:
            if e.api is None or not e.api.not_found:
                raise
        while self.cluster.find(there) is not None:
            time.sleep(GONE_PAUSE)
        return self.cluster.create(applied)

    def _delete(self, change: Change, strategy: str) -> bool:
        """Delete or let go; True when the object is certainly gone."""
        there = change.existing
        assert there is not None
        if strategy == ORPHAN:
            self._orphan(there)
        elif there.deleting:
            self.log(f"TODO resource '{there.description}' is already deleting")
        elif "delete" not in self.cluster.kind_of(there).verbs:
            self.log(f"TODO resource '{there.description}' does not support being deleted")
        else:
            try:
                return self.cluster.delete(there)
            except ServerError as e:
                if e.api is None or not e.api.not_found:
                    raise
                self.log(f"TODO resource '{there.description}' is already gone")
        return False

    def _orphan(self, there: Resource) -> None:
        label, orphaned = (f"/metadata/labels/{key.replace('/', '~1')}" for key in (APP_KEY, ORPHANED))
        steps = [{"op": "remove", "path": label}, {"op": "add", "path": orphaned, "value": ""}]
        self.cluster.patch(there, steps, "json")

    def _to_record(self, stored: Resource, applied: Resource) -> Rest[Applied]:
        end = time.monotonic() + RECORD_SECONDS
        return Rest(lambda: Applied(self._record(stored, applied, end)))

    def _record(self, stored: Resource, applied: Resource, end: float) -> Resource:
        """The second write: what was applied, and what the server made of it. Tried again until `end`.

        On an object that changed meanwhile the record is the same, so that it does not hold for what others wrote.
        """
        try:
            notes = record(stored, applied, self.differ.how)
        except ConfigError as e:
            raise ApplyError(f"Calculating change after the save: {e}") from e
        if not notes:
            return stored
        refused = False
        while True:
            try:
                there = self.cluster.get(stored) if refused else stored
                return self.cluster.replace(recorded(there, notes), checked=True)
            except ServerError as e:
                if refused and e.api is not None and e.api.not_found:
                    raise
                if time.monotonic() > end:
                    raise ApplyError(f"Saving record of last applied resource: {e}") from e
                if e.api is None or not e.api.conflict:
                    time.sleep(1.0)
                refused = True


def _judged(step: Callable[[], Applied | Rest[Applied]]) -> Applied | Rest[Applied]:
    """What comes of a step of a change. Raises Retryable for what may pass, ApplyError for what will not."""
    try:
        found = step()
    except ServerError as e:
        if WEBHOOK.search(str(e)):
            raise Retryable(str(e)) from e
        raise
    return Rest(lambda: _judged(found.call)) if isinstance(found, Rest) else found
