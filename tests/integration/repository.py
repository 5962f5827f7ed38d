"""A repository in the target's registry for one test, which can be looked at and emptied by plain requests."""
from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCEPT = ", ".join((
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
))


@dataclass(frozen=True)
class Repository:
    """`name` is host:port/path; `user` and `password` log in to the registry, by basic authentication."""

    name: str
    user: str
    password: str

    @property
    def registry(self) -> str:
        """host:port."""
        return self.name.partition("/")[0]

    def tags(self) -> list[str]:
        """The tags there are, none when there is no such repository."""
        with suppress_absent():
            return json.loads(self._ask("GET", "tags/list")[1])["tags"] or []
        return []

    def manifest(self, reference: str) -> tuple[str, dict[str, Any]]:
        """The digest and the content of the manifest that a tag or digest names. Raises HTTPError."""
        digest, content = self._ask("GET", f"manifests/{reference}")
        return digest, dict(json.loads(content))

    def empty(self) -> None:
        """Delete what was pushed: everything that a tag leads to."""
        for tag in self.tags():
            with suppress_absent():  # a second tag of the same image
                digest, manifest = self.manifest(tag)
                for each in [*(image["digest"] for image in manifest.get("manifests", [])), digest]:
                    with suppress_absent():
                        self._ask("DELETE", f"manifests/{each}")

    def _ask(self, method: str, path: str) -> tuple[str, bytes]:
        host, _, name = self.name.partition("/")
        scheme = "http" if host.startswith(("127.", "localhost:")) else "https"
        login = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        headers = {"Authorization": f"Basic {login}", "Accept": ACCEPT}
        request = urllib.request.Request(f"{scheme}://{host}/v2/{name}/{path}", method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.headers.get("Docker-Content-Digest", ""), answer.read()
        except urllib.error.HTTPError as error:
            error.close()  # it holds the connection, which Python 3.12 warns of
            raise


@contextmanager
def suppress_absent() -> Iterator[None]:
    """Let an answer 404 pass."""
    try:
        yield
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise


def login_of(docker_config: Path, registry: str) -> tuple[str, str]:
    """User name and password for `registry` (host:port) in a Docker configuration folder."""
    auth = json.loads((docker_config / "config.json").read_text())["auths"][registry]["auth"]
    user, _, password = base64.b64decode(auth).decode().partition(":")
    return user, password
