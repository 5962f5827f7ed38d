"""The log of one pod's containers, line by line (kapp spec, section 7.5)."""
from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from oakum.dataclass import dataclass
from oakum.deploy.filters import glob
from oakum.errors import KubeError
from oakum.kube.client import PODS, Client
from oakum.kube.transport import Stream
from oakum.kube.watch import Watch
from oakum.parts import mapping, mappings, text
from oakum.typing import Any
from oakum.workers import join

RUNNING_PAUSE = 0.25
QUIET = 0.2
AGAIN_PAUSE = 1.0


@dataclass(frozen=True)
class TailOptions:
    """`lines` is how many of the last lines to begin with (negative: all); `containers` are globs.

    `finished` shows containers that have already ended, once; `unfinished` a last line that has no newline, which the
    reference leaves out (kapp spec, section 7.5).
    """

    follow: bool = False
    lines: int = 10
    tag: bool = True
    containers: tuple[str, ...] = ()
    finished: bool = False
    unfinished: bool = False


class Tail:
    """Follows or prints the logs of pods through `write` (text with its newline), and what becomes of them through
    `note`, which is the same by default. `close` ends all of it.

    When nothing more can be written (the reader is gone, the disk is full), all logs end, `broken` is called, and
    `check` raises what was the matter.
    """

    def __init__(self, client: Client, options: TailOptions, write: Callable[[str], None],
                 broken: Callable[[], None] = lambda: None, note: Callable[[str], None] | None = None) -> None:
        self._client = client
        self._options = options
        self._write = write
        self._note = note or write
        self._broken = broken
        self._failure: OSError | None = None
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._streams: set[Stream] = set()
        self._threads: list[threading.Thread] = []
        self._opened: set[threading.Thread] = set()
        self._heard = time.monotonic()

    def start(self, pod: dict[str, Any]) -> None:
        """Begin with a pod's containers, each in a thread."""
        groups = ("initContainers", "containers")
        names = [text(c.get("name")) for group in groups for c in _entries(pod, "spec", group)]
        for name in filter(None, names):
            if not self._options.containers or any(glob(p, name) for p in self._options.containers):
                thread = threading.Thread(target=self._guarded, args=(pod, name), daemon=True)
                thread.start()
                self._threads.append(thread)  # once it can be joined

    def join(self) -> None:
        """Wait until every log has ended."""
        for thread in self._threads:
            join(thread)

    def check(self) -> None:
        """Raise the OSError that ended the logs, if it was one."""
        if self._failure is not None:
            raise self._failure

    def drain(self, seconds: float) -> None:
        """Wait until every log has been opened and then been quiet for a moment, at most `seconds`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            begun = all(t in self._opened or not t.is_alive() for t in self._threads)
            if begun and time.monotonic() - self._heard > QUIET:
                return
            time.sleep(QUIET / 4)

    def close(self) -> None:
        """End every log now."""
        self._stop.set()
        with self._lock:
            streams = list(self._streams)
        for stream in streams:
            stream.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def _guarded(self, pod: dict[str, Any], container: str) -> None:
        try:
            self._tail(pod, container)
        except OSError as e:
            self._failure = e
            self._stop.set()
            self._broken()

    def _tail(self, pod: dict[str, Any], container: str) -> None:
        meta = pod["metadata"]
        tag = f"{meta['name']} > {container}"
        waited = printed = False
        while not self._stop.is_set():
            state = self._state(meta, container)
            if state == "running" or (state in ("ended", "between runs") and self._options.finished and not printed):
                self._note(f"# starting tailing '{tag}' logs\n")
                self._print(meta, container, tag)
                printed, waited = True, False
                if not self._options.follow:
                    self._note(f"# ending tailing '{tag}' logs\n")
                    return
                if not self._stop.is_set():
                    self._note(f"# container stopped '{tag}' logs\n")
                self._stop.wait(AGAIN_PAUSE)
                continue
            if not waited:  # said of what will never run again, too, as by the reference
                self._note(f"# waiting for '{tag}' logs to become available...\n")
            waited = True
            if state in ("ended", "gone") or not self._options.follow:
                return
            self._stop.wait(RUNNING_PAUSE)

    def _state(self, meta: dict[str, Any], container: str) -> str:
        """`waiting`, `running`, `between runs`, `ended` for good, or `gone`: nothing will come of it."""
        try:
            pod = self._client.get(PODS, meta["name"], meta.get("namespace", ""))
        except KubeError:
            return "gone"
        if pod["metadata"].get("uid") != meta.get("uid"):
            return "gone"
        states = [s for group in ("initContainerStatuses", "containerStatuses") for s in _entries(pod, "status", group)]
        found = next((mapping(s.get("state")) for s in states if s.get("name") == container), {})
        if "running" in found:
            return "running"
        over = mapping(pod.get("status")).get("phase") in ("Succeeded", "Failed")
        if "terminated" in found:
            again = not over and _starts_again(pod, container, mapping(found["terminated"]))
            return "between runs" if again else "ended"
        return "gone" if over else "waiting"

    def _print(self, meta: dict[str, Any], container: str, tag: str) -> None:
        lines = self._options.lines
        try:
            stream = self._client.log(meta["name"], meta.get("namespace", ""), container, follow=self._options.follow,
                                      lines=lines if lines >= 0 else None)
        except KubeError:
            return
        with self._lock:
            self._streams.add(stream)
        try:
            if not self._stop.is_set():
                self._opened.add(threading.current_thread())
                for line in stream.lines(unfinished=self._options.unfinished):
                    self._heard = time.monotonic()
                    said = line.decode("utf-8", "surrogateescape")
                    self._write(f"{tag} | {said}\n" if self._options.tag else f"{said}\n")
        except KubeError:
            return
        finally:
            stream.close()
            with self._lock:
                self._streams.discard(stream)


def _entries(pod: dict[str, Any], part: str, group: str) -> list[dict[str, Any]]:
    """The containers, or their states, of a group in a pod's `spec` or `status`."""
    return mappings(mapping(pod.get(part)).get(group))


def _starts_again(pod: dict[str, Any], container: str, ended: dict[str, Any]) -> bool:
    """Whether a container that has ended will be started again in its pod, by the pod's rule for that."""
    rule = mapping(pod.get("spec")).get("restartPolicy") or "Always"
    initial = [c for c in _entries(pod, "spec", "initContainers") if c.get("restartPolicy") != "Always"]
    if ended.get("exitCode") == 0:
        return rule == "Always" and all(c.get("name") != container for c in initial)
    return rule != "Never"


def list_pods(client: Client, labels: str, namespaces: Sequence[str]) -> tuple[list[dict[str, Any]], list[Watch]]:
    """The pods of a selector, and watches that go on from there.

    Where the user may not list all pods, those of the given namespaces are listed, as far as that is allowed. Raises
    ApiError when it is in none.
    """
    from oakum.kube.errors import ApiError

    def listed(namespace: str) -> tuple[list[dict[str, Any]], Watch]:
        found = client.list(PODS, namespace, labels=labels)
        return found.items, Watch(client, PODS, namespace, labels=labels, resource_version=found.resource_version)

    try:
        items, watch = listed("")
        return items, [watch]
    except ApiError as e:
        if not e.forbidden:
            raise
        refused = e
    pods: list[dict[str, Any]] = []
    watches: list[Watch] = []
    for namespace in namespaces:
        try:
            items, watch = listed(namespace)
        except ApiError as e:
            if not e.forbidden:
                raise
        else:
            pods += items
            watches.append(watch)
    if not watches:
        spaces = ", ".join(f'"{n}"' for n in namespaces)
        raise ApiError(refused.code, refused.reason, 'pods is forbidden: User cannot list resource "pods" in API group '
                       f'"" in the namespace(s) {spaces}') from refused
    return pods, watches


def follow(watches: Sequence[Watch], added: Callable[[dict[str, Any]], None]) -> None:
    """Call `added` for each new pod until the watches are closed. Raises KubeError when the server refuses to watch."""
    from oakum.kube.workers import each

    def one(watch: Watch) -> None:
        for event in watch:
            if event.type == "ADDED":
                added(event.object)

    each(watches, one, len(watches))
