"""Requests to token services."""
from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from oakum.registry.answers import body_of, redact
from oakum.registry.connections import Connections
from oakum.registry.errors import ConnectError, ContentError, CredentialsError
from oakum.typing import Any


def get(connections: Connections, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The JSON object that `url` answers with. Raises CredentialsError."""
    return _send(connections, "GET", url, headers or {}, None)


def post_form(connections: Connections, url: str, form: Mapping[str, str]) -> dict[str, Any]:
    """As `get`, for a form posted. The form's values are never part of a message."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return _send(connections, "POST", url, headers, urlencode(form).encode())


def post(connections: Connections, url: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """As `get`, for a body posted."""
    return _send(connections, "POST", url, headers, body)


def text(answer: Mapping[str, Any], name: str, service: str) -> str:
    """The member `name` of an answer. Raises CredentialsError when it is not there."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise CredentialsError(f"{service} answered without '{name}'")
    return value


def _send(
    connections: Connections, method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> dict[str, Any]:
    try:
        response = connections.send(method, url, headers, body)
        raw = body_of(response)
    except (ConnectError, ContentError) as error:
        raise CredentialsError(f"Getting a registry login: {error}") from error
    if response.status != 200:
        raise CredentialsError(f"Getting a registry login: {method} {redact(url)}: status {response.status}")
    try:
        found = json.loads(raw)
    except ValueError as error:
        raise CredentialsError(f"Getting a registry login: {method} {redact(url)}: answer is not JSON") from error
    return found if isinstance(found, dict) else {}
