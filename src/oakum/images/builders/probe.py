"""Whether a Docker engine answers."""
from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property


class Probe:
    """Whether a Docker engine answers, found out once and without its command line."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ

    @cached_property
    def answers(self) -> bool:
        """Whether `docker` is installed and its engine accepts connections."""
        if not _reachable(self._host()):
            return False
        from shutil import which

        return which("docker", path=self._environ.get("PATH")) is not None

    def _host(self) -> str:
        if self._environ.get("DOCKER_HOST"):
            return self._environ["DOCKER_HOST"]
        context = self._environ.get("DOCKER_CONTEXT") or self._current_context()
        # Any other context says where its engine is in files of Docker's own; the command line will find out.
        return "" if context not in ("", "default") else "unix:///var/run/docker.sock"

    def _current_context(self) -> str:
        import json

        folder = self._environ.get("DOCKER_CONFIG") or os.path.join(self._environ.get("HOME", ""), ".docker")
        try:
            with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
                config = json.load(file)
        except (OSError, ValueError):
            return ""
        return str(config.get("currentContext") or "") if isinstance(config, dict) else ""


def _reachable(host: str) -> bool:
    import socket

    scheme, _, path = host.partition("://")
    try:
        if scheme == "unix":
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
                link.settimeout(2)
                link.connect(path)
        elif scheme in ("tcp", "http", "https"):
            from urllib.parse import urlsplit

            parts = urlsplit(host)
            socket.create_connection((parts.hostname or "", parts.port or 2375), 2).close()
    except OSError:
        return False
    return True
