#!/usr/bin/env python3
"""How long after a pod is ready `kapp deploy` reports its Deployment done: `bench/kapp_ready.py [--runs N]`.

A Deployment's greeting is changed, again and again, on the cluster of KUBECONFIG, which must run pods. A watch of the
test's own notes when the new pod's Ready condition turns true; a line is printed for each run and one of their medians.
"""
from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from oakum.kube import connect
from oakum.kube.client import NAMESPACES, PODS, Client
from oakum.kube.kubeconfig import load
from oakum.kube.watch import Watch

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: greeter}}
spec:
  selector: {{matchLabels: {{app: greeter}}}}
  template:
    metadata: {{labels: {{app: greeter}}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - {{name: main, image: {image}, imagePullPolicy: IfNotPresent, command: [sleep, "3600"],
         env: [{{name: GREETING, value: "{greeting}"}}]}}
"""


class ReadyPods:
    """When each pod of a namespace was first seen ready, by name, in seconds of `time.monotonic`."""

    def __init__(self, client: Client, namespace: str) -> None:
        self.seen: dict[str, float] = {}
        self._watch = Watch(client, PODS, namespace)
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        for event in self._watch:
            conditions = (event.object.get("status") or {}).get("conditions") or []
            if any(c["type"] == "Ready" and c["status"] == "True" for c in conditions):
                self.seen.setdefault(event.object["metadata"]["name"], time.monotonic())

    def close(self) -> None:
        """End the watch."""
        self._watch.close()


def deploy(kapp: str, namespace: str, image: str, greeting: str) -> tuple[float, float]:
    """One deploy; when the line that it is done came, and when the command had ended."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "app.yml"
        file.write_text(DEPLOYMENT.format(image=image, greeting=greeting))
        process = subprocess.Popen([kapp, "deploy", "-a", "greeter", "-n", namespace, "-y", "-f", str(file)],
                                   stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        said = 0.0
        for line in process.stdout:
            if re.search(r" ok: reconcile deployment/greeter ", line):
                said = time.monotonic()
        if process.wait() or not said:
            sys.exit("the deploy failed")
        return said, time.monotonic()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kapp", default=str(Path(sys.executable).with_name("kapp")))
    parser.add_argument("--image", default="busybox:latest")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    client = connect(load())
    namespace = client.create(NAMESPACES, {"apiVersion": "v1", "kind": "Namespace",
                                           "metadata": {"generateName": "bench-"}})["metadata"]["name"]
    pods = ReadyPods(client, namespace)
    lines, ends = [], []
    try:
        deploy(options.kapp, namespace, options.image, "first")
        for n in range(options.runs):
            before = set(pods.seen)
            said, ended = deploy(options.kapp, namespace, options.image, str(n))
            ready = max(pods.seen[name] for name in set(pods.seen) - before)
            lines.append((said - ready) * 1000)
            ends.append((ended - ready) * 1000)
            print(f"{n + 1}: said {lines[-1]:.0f} ms after ready, ended {ends[-1]:.0f} ms after it")
        print(f"medians: said {statistics.median(lines):.0f} ms, ended {statistics.median(ends):.0f} ms after ready")
    finally:
        pods.close()
        client.delete(NAMESPACES, namespace)


if __name__ == "__main__":
    main()
