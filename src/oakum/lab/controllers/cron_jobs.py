"""CronJobs: a Job for each time that the schedule names."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from oakum.lab.api import clock
from oakum.lab.api.calls import DeleteOptions, Options
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.status import ApiError
from oakum.lab.controllers.conditions import is_true
from oakum.lab.controllers.cron import following
from oakum.lab.controllers.manager import Key, Keys, itself, owner_of_kind
from oakum.lab.controllers.owning import owned, reference
from oakum.lab.controllers.replica_sets import write_status
from oakum.lab.events import Recorder
from oakum.lab.store import Obj, clone

_COMPONENT = "cronjob-controller"
_JOBS = "jobs.batch"
_OPTIONS = Options(manager="kube-controller-manager")
MISSED = 100
"""Times that are looked back on at most, after a pause of the lab."""


class CronJobs:
    """Starts Jobs on time, within their concurrency policy, and keeps their history short."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._events = Recorder(cluster, _COMPONENT)
        self._resource = cluster.resource("cronjobs.batch")

    @property
    def watches(self) -> Mapping[str, Keys]:
        """CronJobs and their Jobs."""
        return {self._resource.key: itself, _JOBS: owner_of_kind("CronJob")}

    def reconcile(self, key: Key) -> float | None:
        """Start what is due; returns the seconds until the next time."""
        found = self._cluster.store.find(self._resource.key, key[1], key[0])
        if found is None or found["metadata"].get("deletionTimestamp"):
            return None
        jobs = owned(self._cluster.store, _JOBS, found)
        self._clean(found, jobs)
        running = [job for job in jobs if not _is_over(job)]
        self._write(found, jobs, running, None)
        spec = found["spec"]
        if spec.get("suspend"):
            return None
        zone = ZoneInfo(spec["timeZone"]) if spec.get("timeZone") else None
        now = self._cluster.now().astimezone(zone) if zone else self._cluster.now()
        due = self._due(found, now)
        if due is not None:
            self._start(found, due, jobs, running)
        upcoming = following(spec["schedule"], now)
        return max(0.0, (upcoming - now).total_seconds()) + 0.05 if upcoming else None

    def _due(self, found: Obj, now: datetime) -> datetime | None:
        """The latest time since the last start that has come and is not too late."""
        last = (found.get("status") or {}).get("lastScheduleTime") or found["metadata"]["creationTimestamp"]
        moment, due = clock.parsed(last).astimezone(now.tzinfo), None
        for _ in range(MISSED):
            upcoming = following(found["spec"]["schedule"], moment)
            if upcoming is None or upcoming > now:
                break
            moment = due = upcoming
        limit = found["spec"].get("startingDeadlineSeconds")
        if due is not None and limit is not None and now - due > timedelta(seconds=limit):
            return None
        return due

    def _start(self, found: Obj, due: datetime, jobs: list[Obj], running: list[Obj]) -> None:
        policy = found["spec"].get("concurrencyPolicy", "Allow")
        if policy == "Forbid" and running:
            return
        if policy == "Replace":
            for job in running:
                self._delete(job)
        name = f"{found['metadata']['name']}-{int(due.timestamp()) // 60}"
        template = clone(found["spec"]["jobTemplate"])
        metadata = {
            **(template.get("metadata") or {}),
            "name": name,
            "ownerReferences": [reference(self._resource, found)],
        }
        stamp = due.isoformat().replace("+00:00", "Z")
        annotations = {**(metadata.get("annotations") or {}), "batch.kubernetes.io/cronjob-scheduled-timestamp": stamp}
        body = {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {**metadata, "annotations": annotations},
            "spec": template["spec"],
        }
        namespace = found["metadata"]["namespace"]
        try:
            job = self._cluster.create(self._cluster.resource(_JOBS), body, namespace, _OPTIONS)
        except ApiError as error:
            if error.code != 409:
                raise
            job = self._cluster.store.get(_JOBS, name, namespace)
        message = f"Created job {name}"
        self._events.normal(found, "SuccessfulCreate", message)
        self._write(found, [*jobs, job], [*running, job], due)

    def _write(self, found: Obj, jobs: list[Obj], running: list[Obj], due: datetime | None) -> None:
        state: Obj = {}
        before = found.get("status") or {}
        if running:
            state["active"] = [_pointer(job) for job in running]
        last = clock.stamp(due) if due else before.get("lastScheduleTime")
        if last:
            state["lastScheduleTime"] = last
        ended = [job["status"]["completionTime"] for job in jobs if is_true(job, "Complete")]
        if success := max([*ended, *filter(None, [before.get("lastSuccessfulTime")])], default=None):
            state["lastSuccessfulTime"] = success
        write_status(self._cluster, self._resource.key, found, state)

    def _clean(self, found: Obj, jobs: list[Obj]) -> None:
        for kind, field in (("Complete", "successfulJobsHistoryLimit"), ("Failed", "failedJobsHistoryLimit")):
            ended = sorted((job for job in jobs if is_true(job, kind)), key=lambda job: str(job["metadata"]["name"]))
            for job in ended[: max(0, len(ended) - found["spec"][field])]:
                self._delete(job)

    def _delete(self, job: Obj) -> None:
        metadata = job["metadata"]
        options = DeleteOptions(propagation="Background")
        try:
            self._cluster.delete(self._cluster.resource(_JOBS), metadata["name"], metadata["namespace"], options)
        except ApiError as error:
            if error.code != 404:
                raise


def _is_over(job: Obj) -> bool:
    return is_true(job, "Complete") or is_true(job, "Failed")


def _pointer(job: Obj) -> Obj:
    metadata = job["metadata"]
    head = {"apiVersion": "batch/v1", "kind": "Job", "name": metadata["name"], "namespace": metadata["namespace"]}
    stored = {"resourceVersion": metadata["resourceVersion"], "uid": metadata["uid"]}
    return {**head, **stored}
