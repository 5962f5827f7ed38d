"""Events of the objects that are waited for, so that nothing waits for a timer."""
from __future__ import annotations

import threading
import time
from collections.abc import Hashable

from oakum.deploy.app.meta import APP_KEY
from oakum.deploy.resource import Resource
from oakum.errors import KubeError
from oakum.kube.client import Client
from oakum.kube.watch import Watch

MOST_WATCHES = 24
CLOSING_SECONDS = 1.0


class Observer:
    """Watches the collections of tracked objects; `wait` returns what has changed since it was last called.

    A collection that may not be watched is silently left to the caller's own polling.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._watches: dict[Hashable, Watch] = {}
        self._threads: list[threading.Thread] = []
        self._changed: dict[tuple[str, str, str, str], tuple[str, Resource]] = {}
        self._news = threading.Condition()

    def track(self, resource: Resource) -> None:
        """Watch the collection of an object, if it is not watched yet."""
        kind = self._client.discovery.find(resource.api_version, resource.kind)
        if kind is None or "watch" not in kind.verbs:
            return
        app = resource.labels.get(APP_KEY)
        fields = "" if app else f"metadata.name={resource.name}"
        labels = f"{APP_KEY}={app}" if app else ""
        key = (kind.path(resource.namespace), labels, fields)
        if key in self._watches or len(self._watches) >= MOST_WATCHES:
            return
        watch = self._watches[key] = Watch(self._client, kind, resource.namespace, labels=labels, fields=fields)
        thread = threading.Thread(target=self._follow, args=(watch,), daemon=True)
        thread.start()
        self._threads.append(thread)  # once it can be joined: an interrupt may come between the two

    def _follow(self, watch: Watch) -> None:
        try:
            for event in watch:
                resource = Resource(event.object)
                with self._news:
                    self._changed[_key(resource)] = (event.type, resource)
                    self._news.notify_all()
        except KubeError:
            return

    def wait(self, seconds: float) -> None:
        """Sleep until there is news, at most `seconds`."""
        with self._news:
            if not self._changed and seconds > 0:
                self._news.wait(seconds)

    def take(self, resource: Resource) -> tuple[str, Resource] | None:
        """The newest event of an object since it was last taken: its type and the object."""
        with self._news:
            return self._changed.pop(_key(resource), None)

    def forget_others(self) -> None:
        """Drop news of objects that nobody asks for."""
        with self._news:
            self._changed.clear()

    def close(self) -> None:
        """End all watches; one whose server says nothing is left to itself."""
        for watch in self._watches.values():
            watch.close()
        end = time.monotonic() + CLOSING_SECONDS
        for thread in self._threads:
            thread.join(timeout=max(0.0, end - time.monotonic()))


def _key(resource: Resource) -> tuple[str, str, str, str]:
    return resource.api_version, resource.kind, resource.namespace, resource.name
