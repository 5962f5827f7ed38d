"""Amazon's registries: `GetAuthorizationToken`, signed with Signature Version 4.

Amazon: "ECR API reference, GetAuthorizationToken", "AWS Signature Version 4 for API requests".
"""
from __future__ import annotations

import base64
import configparser
import datetime
import hashlib
import hmac
import re
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

from oakum.dataclass import dataclass, field
from oakum.registry.cloud import exchange
from oakum.registry.connections import Connections
from oakum.registry.credentials import Credentials
from oakum.registry.errors import CredentialsError
from oakum.registry.reference import Repository

_HOST = re.compile(r"\d{12}\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.(amazonaws\.com(?:\.cn)?)")
_TARGET = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"
_SERVICE = "ecr"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An AWS access key."""

    name: str
    secret: str = field(repr=False)
    session: str = field(default="", repr=False)


class AmazonKeychain:
    """The key of the environment, else of the shared credentials file, else of the container's credential service."""

    def __init__(self, environ: Mapping[str, str], connections: Connections) -> None:
        self._environ, self._connections = environ, connections
        self._lock = Lock()
        self._known: dict[str, Credentials] = {}

    def lookup(self, repository: Repository) -> Credentials | None:
        """A login for an ECR registry. Raises CredentialsError."""
        match = _HOST.fullmatch(repository.registry)
        if match is None:
            return None
        with self._lock:
            region = match[1]
            if region not in self._known:
                self._known[region] = self._ask(region, match[2])
            return self._known[region]

    def _ask(self, region: str, domain: str) -> Credentials:
        url = self._environ.get("AWS_ENDPOINT_URL_ECR") or f"https://api.ecr.{region}.{domain}/"
        headers = sign(self._key(), url, region, b"{}", datetime.datetime.now(datetime.UTC))
        answer = exchange.post(self._connections, url, headers, b"{}")
        try:
            token = base64.b64decode(answer["authorizationData"][0]["authorizationToken"]).decode()
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise CredentialsError("Amazon ECR answered without an authorization token") from error
        username, _, password = token.partition(":")
        return Credentials(username, password)

    def _key(self) -> AccessKey:
        name, secret = self._environ.get("AWS_ACCESS_KEY_ID"), self._environ.get("AWS_SECRET_ACCESS_KEY")
        if name and secret:
            return AccessKey(name, secret, self._environ.get("AWS_SESSION_TOKEN", ""))
        return self._file_key() or self._container_key()

    def _file_key(self) -> AccessKey | None:
        named = self._environ.get("AWS_SHARED_CREDENTIALS_FILE")
        path = Path(named) if named else Path(self._environ.get("HOME", "/"), ".aws", "credentials")
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read(path, "utf-8")
        except (configparser.Error, UnicodeDecodeError):
            # What the parser says quotes the line, which may hold a secret.
            raise CredentialsError(
                f"{path}: not a file of AWS credentials (hint: it is of the form of `aws configure`)"
            ) from None
        profile = self._environ.get("AWS_PROFILE") or "default"
        if not parser.has_option(profile, "aws_access_key_id"):
            return None
        section = parser[profile]
        return AccessKey(
            section["aws_access_key_id"],
            section.get("aws_secret_access_key", ""),
            section.get("aws_session_token", ""),
        )

    def _container_key(self) -> AccessKey:
        relative = self._environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
        url = f"http://169.254.170.2{relative}" if relative else self._environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
        if not url:
            raise CredentialsError(
                "No AWS access key for ECR (hint: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE)"
            )
        token = self._environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        answer = exchange.get(self._connections, url, {"Authorization": token} if token else {})
        found = [exchange.text(answer, name, "AWS") for name in ("AccessKeyId", "SecretAccessKey", "Token")]
        return AccessKey(*found)


def sign(key: AccessKey, url: str, region: str, body: bytes, now: datetime.datetime) -> dict[str, str]:
    """The headers of a signed POST of `body` to `url`."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    parts = urlsplit(url)
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "host": parts.netloc,
        "x-amz-date": stamp,
        "x-amz-target": _TARGET,
    }
    if key.session:
        headers["x-amz-security-token"] = key.session
    names = ";".join(sorted(headers))
    listed = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = "\n".join(["POST", parts.path or "/", parts.query, listed, names, hashlib.sha256(body).hexdigest()])
    scope = f"{stamp[:8]}/{region}/{_SERVICE}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    secret = f"AWS4{key.secret}".encode()
    for part in scope.split("/"):
        secret = hmac.digest(secret, part.encode(), "sha256")
    signature = hmac.digest(secret, text.encode(), "sha256").hex()
    credential = f"AWS4-HMAC-SHA256 Credential={key.name}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**headers, "Authorization": credential}
