"""Who a request comes from: static tokens, and tokens of service accounts."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

import orjson

from oakum.lab.api import clock
from oakum.lab.api.calls import Caller
from oakum.lab.store import Obj, Store

ADMIN = Caller("kubernetes-admin", ("system:masters", "system:authenticated"), "2b0c4f6e-50f0-4d5c-9d3e-0a6b756d0001")
ANONYMOUS = Caller("system:anonymous", ("system:unauthenticated",))
_HEADER = b'{"alg":"HS256","typ":"JWT"}'
ISSUER = "https://kubernetes.default.svc.cluster.local"


class Users:
    """The users of one server.

    `tokens` are bearer tokens with their users; with none at all, everybody is the administrator. `key` signs the
    tokens of service accounts (a random one when it is not given, so that they end with the process).
    """

    def __init__(
        self,
        store: Store,
        tokens: Mapping[str, Caller] | None = None,
        key: bytes | None = None,
        now: clock.Clock = clock.system,
    ) -> None:
        self._store = store
        self._tokens = dict(tokens) if tokens is not None else None
        self._key = key or secrets.token_bytes(32)
        self._now = now

    def of(self, authorization: str) -> Caller | None:
        """The user of an `Authorization` header; None when the credentials are unknown."""
        if not authorization:
            return ADMIN if self._tokens is None else ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return None
        return self.of_token(token.strip())

    def of_token(self, token: str) -> Caller | None:
        """The user of a bearer token, or None."""
        for known, caller in (self._tokens or {}).items():
            if hmac.compare_digest(known.encode(), token.encode()):
                return caller
        return self._of_service_account(token)

    def token_for(
        self, account: Obj, seconds: int, audiences: list[str], bound: Obj | None = None
    ) -> tuple[str, datetime]:
        """A signed token for a ServiceAccount and when it ends."""
        now = self._now()
        until = now + timedelta(seconds=seconds)
        metadata = account["metadata"]
        about = {
            "namespace": metadata["namespace"],
            "serviceaccount": {"name": metadata["name"], "uid": metadata["uid"]},
        }
        if bound:
            about[bound["kind"].lower()] = {"name": bound["name"], "uid": bound.get("uid", "")}
        claims = {
            "aud": audiences or [ISSUER],
            "exp": int(until.timestamp()),
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "iss": ISSUER,
            "jti": secrets.token_hex(16),
            "kubernetes.io": about,
            "sub": f"system:serviceaccount:{metadata['namespace']}:{metadata['name']}",
        }
        signed = f"{_encoded(_HEADER)}.{_encoded(orjson.dumps(claims))}"
        return f"{signed}.{self._signature(signed)}", until

    def _signature(self, text: str) -> str:
        return _encoded(hmac.new(self._key, text.encode(), hashlib.sha256).digest())

    def _of_service_account(self, token: str) -> Caller | None:
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(self._signature(signed).encode(), signature.encode()):
            return None
        claims = orjson.loads(_decoded(signed.partition(".")[2]))
        about = claims["kubernetes.io"]
        account = self._store.find("serviceaccounts", about["serviceaccount"]["name"], about["namespace"])
        same = account is not None and account["metadata"]["uid"] == about["serviceaccount"]["uid"]
        if not same or claims["exp"] < self._now().timestamp():
            return None
        groups = ("system:serviceaccounts", f"system:serviceaccounts:{about['namespace']}", "system:authenticated")
        return Caller(claims["sub"], groups, about["serviceaccount"]["uid"])


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
