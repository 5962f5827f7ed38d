"""Jobs: pods until enough of them have succeeded, or too many have failed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from oakum.lab.api import clock
from oakum.lab.api.calls import DeleteOptions
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.status import ApiError
from oakum.lab.controllers import job_rules, pods
from oakum.lab.controllers.conditions import is_true, with_condition
from oakum.lab.controllers.manager import Key, Keys, itself, owner_of_kind
from oakum.lab.controllers.owning import owned
from oakum.lab.controllers.replica_sets import write_status
from oakum.lab.events import Recorder
from oakum.lab.store import Obj, clone

_COMPONENT = "job-controller"
_INDEX = "batch.kubernetes.io/job-completion-index"
_VARIABLE = "JOB_COMPLETION_INDEX"
_Verdicts = Sequence[tuple[Obj, job_rules.Verdict]]
_FIRST_PAUSE, _LAST_PAUSE = 10.0, 360.0


class Jobs:
    """Runs Jobs: parallelism, completions, indexes, back-off limit, deadline, suspension, time to live."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._events = Recorder(cluster, _COMPONENT)
        self._resource = cluster.resource("jobs.batch")

    @property
    def watches(self) -> Mapping[str, Keys]:
        """Jobs and their pods."""
        return {self._resource.key: itself, "pods": owner_of_kind("Job")}

    def reconcile(self, key: Key) -> float | None:
        """Start or end pods, then write the status."""
        job = self._cluster.store.find(self._resource.key, key[1], key[0])
        if job is None or job["metadata"].get("deletionTimestamp"):
            return None
        mine = owned(self._cluster.store, "pods", job)
        if is_true(job, "Complete") or is_true(job, "Failed"):
            return self._expire(job)
        tally = _Tally(job, mine, self._cluster.now())
        if tally.problem or tally.success:
            self._finish(job, tally)
            return self._expire(self._cluster.store.get(self._resource.key, key[1], key[0]))
        pause = 0.0 if job["spec"].get("suspend") else self._run(job, tally)
        if job["spec"].get("suspend"):
            self._end(tally.running)
        again = owned(self._cluster.store, "pods", job)
        self._write(job, _Tally(job, again, self._cluster.now()), [])
        waits = [wait for wait in (pause, tally.deadline) if wait]
        return min(waits, default=None)

    def _run(self, job: Obj, tally: "_Tally") -> float:
        """Bring the number of running pods to what is wanted; returns seconds to wait after a failure."""
        wanted = tally.wanted
        if len(tally.running) > wanted:
            self._end(sorted(tally.running, key=pods.dispensable)[: len(tally.running) - wanted])
            return 0.0
        missing = wanted - len(tally.running) - len(tally.leaving)
        if missing <= 0:
            return 0.0
        if tally.pause > 0:
            return tally.pause
        for index in tally.free_indexes(missing):
            self._start(job, index)
        return 0.0

    def _start(self, job: Obj, index: int | None) -> None:
        metadata: Obj = {}
        template = job["spec"]["template"]
        if index is not None:
            mark, name = {_INDEX: str(index)}, f"{job['metadata']['name']}-{index}"
            metadata = {"annotations": mark, "labels": mark, "generateName": f"{name}-"}
            template = _numbered(template, name)
        try:
            pod = pods.make(self._cluster, self._resource, job, template, **metadata)
        except ApiError as error:
            self._events.warning(job, "FailedCreate", f"Error creating: {error}")
            raise
        message = f"Created pod: {pod['metadata']['name']}"
        self._events.normal(job, "SuccessfulCreate", message)

    def _end(self, running: list[Obj]) -> None:
        for pod in running:
            pods.remove(self._cluster, pod)

    def _finish(self, job: Obj, tally: "_Tally") -> None:
        self._end(tally.running)
        if not tally.success:
            assert tally.problem is not None
            reason, message = tally.problem
            self._events.warning(job, reason, message)
            verdicts = [_condition("FailureTarget", reason, message), _condition("Failed", reason, message)]
        else:
            self._events.normal(job, "Completed", "Job completed")
            reason, message = tally.success
            verdicts = [_condition("SuccessCriteriaMet", reason, message), _condition("Complete", reason, message)]
        rest = owned(self._cluster.store, "pods", job)
        self._write(job, _Tally(job, rest, self._cluster.now(), over=True), verdicts)

    def _write(self, job: Obj, tally: "_Tally", verdicts: list[Obj]) -> None:
        before = job.get("status") or {}
        now = self._cluster.now()
        state: Obj = {"ready": tally.ready, "terminating": len(tally.leaving)}
        state |= {key: value for key, value in tally.counts.items() if value}
        state["uncountedTerminatedPods"] = {}
        suspended = bool(job["spec"].get("suspend"))
        if start := before.get("startTime") or (None if suspended else clock.stamp(now)):
            state["startTime"] = start
        conditions = before.get("conditions") or []
        if suspended or any(each["type"] == "Suspended" for each in conditions):
            words = ("JobSuspended", "Job suspended") if suspended else ("JobResumed", "Job resumed")
            conditions = with_condition(conditions, _condition("Suspended", *words, str(suspended)), now)
        for each in verdicts:
            probe = {**each, "lastProbeTime": clock.stamp(now)}
            conditions = with_condition(conditions, probe, now)
        if conditions:
            state["conditions"] = conditions
        if any(each["type"] == "Complete" for each in verdicts):
            state["completionTime"] = clock.stamp(now)
        if tally.indexed and tally.done_indexes:
            state["completedIndexes"] = _ranges(tally.done_indexes)
        if tally.failed_indexes:
            state["failedIndexes"] = _ranges(tally.failed_indexes)
        write_status(self._cluster, self._resource.key, job, state)

    def _expire(self, job: Obj) -> float | None:
        """Delete a finished Job when its time to live is over; returns the seconds until then."""
        seconds = job["spec"].get("ttlSecondsAfterFinished")
        if seconds is None:
            return None
        ended = [each for each in job["status"]["conditions"] if each["type"] in ("Complete", "Failed")]
        due = clock.parsed(ended[0]["lastTransitionTime"]) + timedelta(seconds=seconds)
        left = (due - self._cluster.now()).total_seconds()
        if left > 0:
            return left
        metadata = job["metadata"]
        options = DeleteOptions(propagation="Foreground")
        self._cluster.delete(self._resource, metadata["name"], metadata["namespace"], options)
        return None


def _condition(kind: str, reason: str, message: str, status: str = "True") -> Obj:
    return {"type": kind, "status": status, "reason": reason, "message": message}


def _numbered(template: Obj, hostname: str) -> Obj:
    """A template whose containers are told their index, and whose pod's host name has it."""
    found: Obj = clone(template)
    found["spec"].setdefault("hostname", hostname)
    source = {"fieldRef": {"apiVersion": "v1", "fieldPath": f"metadata.labels['{_INDEX}']"}}
    for container in [*(found["spec"].get("initContainers") or []), *found["spec"]["containers"]]:
        if all(each["name"] != _VARIABLE for each in container.get("env") or []):
            container["env"] = [*(container.get("env") or []), {"name": _VARIABLE, "valueFrom": source}]
    return found


class _Tally:
    """How a Job stands: its pods by state, and what follows."""

    def __init__(self, job: Obj, mine: list[Obj], now: datetime, over: bool = False) -> None:
        spec = job["spec"]
        self.indexed = spec.get("completionMode") == "Indexed"
        self._completions: int | None = spec.get("completions")
        self._parallelism: int = spec.get("parallelism", 1)
        self.leaving = [pod for pod in mine if pods.is_leaving(pod) and not pods.is_over(pod)]
        self.running = pods.active(mine)
        good = [pod for pod in mine if pods.phase(pod) == "Succeeded"]
        verdicts = [(pod, job_rules.verdict(job, pod)) for pod in mine if pods.phase(pod) == "Failed"]
        bad = [pod for pod, verdict in verdicts if verdict.action != job_rules.IGNORE]
        self.done_indexes = sorted({_index(pod) for pod in good}) if self.indexed else []
        self.succeeded = len(self.done_indexes) if self.indexed else len(good)
        restarts = sum(_restarts(pod) for pod in self.running)
        self.failed = len(bad)
        self.ready = sum(pods.is_ready(pod) for pod in self.running)
        self.counts = {"active": 0 if over else len(self.running), "succeeded": self.succeeded, "failed": self.failed}
        self.failed_indexes = self._failed_indexes(spec, verdicts)
        self.success = self._success(job)
        self.deadline = self._deadline(job, now)
        retried = restarts if spec["template"]["spec"].get("restartPolicy") == "OnFailure" else 0
        self.problem = None if self.success else self._problem(spec, verdicts, retried)
        self.pause = _pause(bad, now)

    def _problem(self, spec: Obj, verdicts: _Verdicts, retried: int) -> tuple[str, str] | None:
        """Why the Job has failed: reason and message."""
        limit, most = spec.get("backoffLimit", 6), spec.get("maxFailedIndexes")
        if self.deadline is not None and self.deadline <= 0:
            return "DeadlineExceeded", "Job was active longer than specified deadline"
        if fatal := [verdict.message for _, verdict in verdicts if verdict.action == job_rules.FAIL_JOB]:
            return "PodFailurePolicy", fatal[0]
        if self.failed > limit or (retried and retried >= max(limit, 1)):
            return "BackoffLimitExceeded", "Job has reached the specified backoff limit"
        if most is not None and len(self.failed_indexes) > most:
            return "MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes"
        if self.failed_indexes and len(self.failed_indexes) + self.succeeded >= (self._completions or 0):
            return "FailedIndexes", "Job has failed indexes"
        return None

    def _failed_indexes(self, spec: Obj, verdicts: _Verdicts) -> list[int]:
        """The indexes that are not tried again, where each has a limit of its own."""
        limit = spec.get("backoffLimitPerIndex")
        if limit is None:
            return []
        counts = Counter(_index(pod) for pod, verdict in verdicts if verdict.action != job_rules.IGNORE)
        failed = {index for index, count in counts.items() if count > limit}
        failed |= {_index(pod) for pod, verdict in verdicts if verdict.action == job_rules.FAIL_INDEX}
        return sorted(failed - {*self.done_indexes})

    def _success(self, job: Obj) -> tuple[str, str] | None:
        """Why the Job is complete: reason and message."""
        if message := job_rules.success(job, self.done_indexes):
            return "SuccessPolicy", message
        if self._completions is None:
            reached = self.succeeded > 0 and not self.running
        else:
            reached = self.succeeded >= self._completions
        return ("CompletionsReached", "Reached expected number of succeeded pods") if reached else None

    def _deadline(self, job: Obj, now: datetime) -> float | None:
        seconds, start = job["spec"].get("activeDeadlineSeconds"), (job.get("status") or {}).get("startTime")
        if seconds is None or not start or job["spec"].get("suspend"):
            return None
        return (clock.parsed(start) + timedelta(seconds=seconds) - now).total_seconds()

    @property
    def wanted(self) -> int:
        """How many pods should run now."""
        if self._completions is None:
            return 0 if self.succeeded else self._parallelism
        return min(self._parallelism, self._completions - self.succeeded - len(self.failed_indexes))

    def free_indexes(self, count: int) -> list[int | None]:
        """Completion indexes for new pods; None for each pod of a Job without indexes."""
        if not self.indexed:
            return [None] * count
        taken = {*self.done_indexes, *self.failed_indexes, *(_index(pod) for pod in self.running)}
        free: list[int | None] = [index for index in range(self._completions or 0) if index not in taken]
        return free[:count]


def _index(pod: Obj) -> int:
    return int((pod["metadata"].get("annotations") or {}).get(_INDEX, -1))


def _restarts(pod: Obj) -> int:
    found = (pod.get("status") or {}).get("containerStatuses") or []
    return sum(each.get("restartCount", 0) for each in found)


def _pause(failed: list[Obj], now: datetime) -> float:
    """Seconds to wait before the next pod: ten after the first failure, doubled by each further one."""
    ends = [end for pod in failed if (end := _end(pod))]
    if not ends:
        return 0.0
    pause = min(_FIRST_PAUSE * 2.0 ** (len(failed) - 1), _LAST_PAUSE)
    return (max(ends) + timedelta(seconds=pause) - now).total_seconds()


def _end(pod: Obj) -> datetime | None:
    found = (pod.get("status") or {}).get("containerStatuses") or []
    ends = [(each.get("state") or {}).get("terminated", {}).get("finishedAt") for each in found]
    return max((clock.parsed(end) for end in ends if end), default=None)


def _ranges(indexes: list[int]) -> str:
    """`0,2-4`: indexes with consecutive ones drawn together."""
    parts: list[list[int]] = []
    for index in indexes:
        if parts and parts[-1][-1] == index - 1:
            parts[-1].append(index)
        else:
            parts.append([index])
    return ",".join(f"{part[0]}-{part[-1]}" if len(part) > 1 else str(part[0]) for part in parts)
