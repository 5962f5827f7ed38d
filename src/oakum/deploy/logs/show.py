"""`logs`: what an application's pods write."""
from __future__ import annotations

from collections.abc import Callable

from oakum.deploy.errors import InputError
from oakum.deploy.filters import glob
from oakum.deploy.logs.tail import Tail, TailOptions, follow_pods
from oakum.kube.client import PODS, Client
from oakum.kube.watch import Watch


def show_logs(client: Client, labels: str, namespace: str, options: TailOptions, pod_name: str,
              write: Callable[[str], None]) -> None:
    """Print the logs of the pods that the selector finds.

    When following, this goes on until it is interrupted, with new pods as they come. `pod_name` is a glob, empty for
    all. Raises InputError, KubeError.
    """
    if options.lines <= 0 and not options.follow:
        raise InputError("Expected --lines to be greater than zero since --follow is not specified")
    pods, where, version = follow_pods(client, labels, [namespace])
    tail = Tail(client, options, write)
    seen = set()
    for pod in pods:
        if not pod_name or glob(pod_name, pod["metadata"]["name"]):
            seen.add(pod["metadata"].get("uid"))
            tail.start(pod)
    if not options.follow:
        tail.join()
        return
    watch = Watch(client, PODS, where, labels=labels, resource_version=version)
    try:
        for event in watch:
            meta = event.object["metadata"]
            new = meta.get("uid") not in seen and (not pod_name or glob(pod_name, meta["name"]))
            if event.type == "ADDED" and new:
                seen.add(meta.get("uid"))
                tail.start(event.object)
    finally:
        watch.close()
        tail.close()
