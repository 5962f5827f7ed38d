"""Logs of pods while a deploy runs (kapp spec, section 7.6)."""
from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType

from oakum.deploy.logs.options import LogsOptions
from oakum.deploy.logs.tail import Tail, TailOptions, follow, list_pods
from oakum.deploy.output import Output
from oakum.deploy.resource import PREFIX, Resource
from oakum.errors import KubeError, OakumError
from oakum.kube.client import Client
from oakum.kube.watch import Watch
from oakum.typing import Any

WANTED = PREFIX + "deploy-logs"
LAST_SECONDS = 2.0
CONTAINERS = PREFIX + "deploy-logs-container-names"


class DeployLogs:
    """A context in which the logs of the application's pods are shown, those that ask for it or all.

    `existing` are the objects before the deploy; `namespaces` are tried when the user may not see all pods.
    """

    def __init__(self, client: Client, labels: str, options: LogsOptions, out: Output, existing: Sequence[Resource],
                 namespaces: Sequence[str]) -> None:
        self._client = client
        self._labels = labels
        self._options = options
        self._out = out
        self._before = {r.uid for r in existing if r.kind == "Pod"}
        self._namespaces = [n for n in namespaces if n and n != "(cluster)"]
        self._tails: list[Tail] = []
        self._watches: list[Watch] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> DeployLogs:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
                 ) -> None:
        self._stop.set()
        for watch in self._watches:
            watch.close()
        self._thread.join(timeout=5)
        for tail in self._tails:
            if error is None or isinstance(error, OakumError):
                tail.drain(LAST_SECONDS)
            tail.close()

    def _run(self) -> None:
        try:
            pods, self._watches = list_pods(self._client, self._labels, self._namespaces)
            for pod in pods:
                self._pod(pod)
            if not self._stop.is_set():
                follow(self._watches, self._pod)
        except KubeError as e:
            with suppress(OSError):  # when nothing can be written any more, the deploy itself says so
                self._out.block(f"Pod watching error: {e}")

    def _pod(self, body: dict[str, Any]) -> None:
        pod = Resource(body)
        if not self._wanted(pod):
            return
        names = tuple(n.strip() for n in pod.annotations.get(CONTAINERS, "").split(",") if n.strip())
        options = TailOptions(follow=True, lines=-1, containers=names, finished=pod.uid not in self._before,
                              unfinished=self._options.unfinished)
        tail = Tail(self._client, options, lambda text: self._out.block(f"logs | {text}"),
                    note=lambda text: self._out.begin(f"logs | {text}"))
        self._tails.append(tail)
        tail.start(body)

    def _wanted(self, pod: Resource) -> bool:
        if self._options.all:
            return True
        value = pod.annotations.get(WANTED)
        existed = pod.uid in self._before
        return value == "for-new-or-existing" or (value in ("", "for-new") and not existed) or (
            value == "for-existing" and existed)
