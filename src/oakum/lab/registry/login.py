"""Who may do what: basic authentication, or tokens (Docker registry, "Token Authentication Specification")."""

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import orjson
from starlette.requests import Request

from oakum.lab.registry.refusal import Refusal

REALM = "oakum lab"
TOKEN_LIFE = 300


@dataclass(frozen=True, slots=True)
class Access:
    """What a request needs: an action (`pull`, `push`, `delete`, `*`) on a repository, or `*` on the `catalog`."""

    repository: str
    action: str
    kind: str = "repository"

    def __str__(self) -> str:
        # A client that pushes also asks whether content is there.
        actions = "pull,push" if self.action == "push" else self.action
        return f"{self.kind}:{self.repository}:{actions}"


class Guard(Protocol):
    """Lets a request pass or raises Refusal."""

    def check(self, request: Request, access: Access | None) -> None:
        """Raise Refusal UNAUTHORIZED with a challenge, unless the request may have `access` (None: only be known)."""


class Open:
    """No login at all."""

    def check(self, request: Request, access: Access | None) -> None:
        """Every request passes."""


class Basic:
    """A user name and password with each request (RFC 7617); every user may do everything."""

    def __init__(self, users: Mapping[str, str]) -> None:
        self._users = users

    def check(self, request: Request, access: Access | None) -> None:
        """See `Guard`."""
        if authenticate(request, self._users) is None:
            raise _unauthorized(f'Basic realm="{REALM}"', access)


class Tokens:
    """Short-lived signed tokens from `/token`, each good for the repositories and actions it lists."""

    def __init__(self, users: Mapping[str, str], key: bytes | None = None) -> None:
        self._users = users
        self._key = key or secrets.token_bytes(32)

    def check(self, request: Request, access: Access | None) -> None:
        """See `Guard`."""
        claims = self._claims(_credentials(request, "bearer"))
        if claims is None or (access is not None and not _allows(claims, access)):
            realm = f'{request.url.scheme}://{request.headers.get("host", "")}/token'
            scope = f',scope="{access}"' if access else ""
            error = ',error="insufficient_scope"' if claims is not None else ""
            raise _unauthorized(f'Bearer realm="{realm}",service="{REALM}"{scope}{error}', access)

    def issue(self, user: str, scopes: list[str]) -> dict[str, object]:
        """The answer of the token endpoint: a token for `scopes`, each `repository:<name>:<actions>`."""
        granted = [part for scope in scopes for part in scope.split() if part.count(":") >= 2]
        now = int(time.time())
        payload = _encode(orjson.dumps({"sub": user, "scopes": granted, "iat": now, "exp": now + TOKEN_LIFE}))
        token = f"{payload}.{self._signature(payload)}"
        return {"token": token, "access_token": token, "expires_in": TOKEN_LIFE}

    def user(self, request: Request, form: Mapping[str, str]) -> str:
        """The user who asks for a token, by basic authentication or by the form of OAuth 2's password grant."""
        user = authenticate(request, self._users)
        if user is None and _matches(self._users, form.get("username", ""), form.get("password", "")):
            user = form["username"]
        if user is None:
            raise _unauthorized(f'Basic realm="{REALM}"', None)
        return user

    def _signature(self, payload: str) -> str:
        return _encode(hmac.digest(self._key, payload.encode(), hashlib.sha256))

    def _claims(self, token: str | None) -> list[str] | None:
        payload, _, signature = (token or "").partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(payload).encode()):
            return None
        claims = orjson.loads(_decode(payload))
        return claims["scopes"] if claims["exp"] > time.time() else None


def authenticate(request: Request, users: Mapping[str, str]) -> str | None:
    """The user whose name and password the request carries, None when there is none or the password is wrong."""
    encoded = _credentials(request, "basic")
    if encoded is None:
        return None
    try:
        name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name if _matches(users, name, password) else None


def _matches(users: Mapping[str, str], name: str, password: str) -> bool:
    expected = users.get(name)
    return expected is not None and hmac.compare_digest(expected.encode(), password.encode())


def _credentials(request: Request, scheme: str) -> str | None:
    stated, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if stated.lower() == scheme else None


def _allows(claims: list[str], access: Access) -> bool:
    for claim in claims:
        kind, _, rest = claim.partition(":")
        name, _, actions = rest.rpartition(":")
        if (kind, name) == (access.kind, access.repository) and {access.action, "*"} & set(actions.split(",")):
            return True
    return False


def _unauthorized(challenge: str, access: Access | None) -> Refusal:
    detail = None if access is None else [{"Type": access.kind, "Name": access.repository, "Action": access.action}]
    return Refusal("UNAUTHORIZED", "authentication required", detail, headers={"WWW-Authenticate": challenge})


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
