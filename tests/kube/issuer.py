"""A small issuer of tokens that a test scripts. It is no real one: it checks nothing and signs nothing."""
from __future__ import annotations

import base64
import json
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.kube.authority import Authority
from tests.kube.scripted import Answering, Reply, served

CLIENT = {"client-id": "me:x/ü", "client-secret": "s3 cr/et&", "refresh-token": "first"}


NOW = int(time.time())
HOUR = 3600


def token(seconds: float, **claims: Any) -> str:
    """An unsigned JSON Web Token that ends so many seconds after the tests began: the same each time."""
    text = json.dumps({"exp": NOW + seconds, **claims}).encode()
    return f"head.{base64.urlsafe_b64encode(text).decode().rstrip('=')}.signature"


@dataclass
class Issuer:
    """What it was asked: method, path, login and form; `answer` may reply in its place."""

    url: str = ""
    ca: Path = Path()
    asked: list[tuple[str, str, str, str]] = field(default_factory=list)
    answer: Callable[[str, str], Reply | None] = lambda method, path: None

    @property
    def config(self) -> dict[str, str]:
        """What a kubeconfig's provider needs to know, with a token that has ended."""
        return CLIENT | {"idp-issuer-url": self.url, "idp-certificate-authority": str(self.ca), "id-token": token(-60)}

    def reply(self, method: str, path: str) -> Reply:
        """Describe itself, and give new tokens."""
        own = self.answer(method, path)
        if own is not None:
            return own
        if method == "GET":
            return Reply(200, {"issuer": self.url, "token_endpoint": f"{self.url}/token"})
        return Reply(200, {"access_token": "a", "token_type": "bearer", "refresh_token": "second",
                           "id_token": token(HOUR, number=len(self.asked))})


@contextmanager
def issuing(folder: Path) -> Iterator[Issuer]:
    """An issuer with TLS and an authority of its own, whose certificate is in `folder`."""
    issuer, authority = Issuer(ca=folder / "issuer.pem"), Authority()
    issuer.ca.write_bytes(authority.pem)

    class Handler(Answering):
        def answer(self) -> None:
            form = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            issuer.asked.append((self.command, self.path, self.headers.get("Authorization", ""), form))
            self.send(issuer.reply(self.command, self.path))

    context: ssl.SSLContext = authority.server(folder)
    with served(Handler, context) as url:
        issuer.url = url
        yield issuer
