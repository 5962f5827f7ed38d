"""`logs`: what an application's pods write."""
from __future__ import annotations

from collections.abc import Callable

from oakum.deploy.errors import InputError
from oakum.deploy.filters import glob
from oakum.deploy.logs.tail import Tail, TailOptions, follow, list_pods
from oakum.errors import KubeError
from oakum.kube.client import Client
from oakum.typing import Any


def show_logs(client: Client, labels: str, namespace: str, options: TailOptions, pod_name: str,
              write: Callable[[str], None], note: Callable[[str], None]) -> None:
    """Print the logs of the pods that the selector finds.

    When following, this goes on until it is interrupted, with new pods as they come. `pod_name` is a glob, empty for
    all; `note` gets the lines about when a log begins and ends. Raises InputError, KubeError, and OSError when nothing
    more can be written.
    """
    if options.lines <= 0 and not options.follow:
        raise InputError("Expected --lines to be greater than zero since --follow is not specified")
    try:
        pods, watches = list_pods(client, labels, [namespace])
    except KubeError as e:  # as while deploying, and in the reference, this is no failure of ours
        write(f"Pod watching error: {e}")
        return
    seen = set()

    def end() -> None:
        for watch in watches:
            watch.close()

    tail = Tail(client, options, write, broken=end, note=note)

    def start(pod: dict[str, Any]) -> None:
        uid = pod["metadata"].get("uid")
        if uid not in seen and (not pod_name or glob(pod_name, pod["metadata"]["name"])):
            seen.add(uid)
            tail.start(pod)

    for pod in pods:
        start(pod)
    if not options.follow:
        tail.join()
        tail.check()
        return
    try:
        follow(watches, start)
    finally:
        end()
        tail.close()
    tail.check()
