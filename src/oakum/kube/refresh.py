"""A refresh token exchanged for newer tokens (OpenID Connect Discovery 1.0; RFC 6749, sections 2.3.1, 5 and 6)."""
from __future__ import annotations

from collections.abc import Mapping

from oakum.http.login import basic
from oakum.kube.errors import ConnectError, CredentialError
from oakum.kube.kubeconfig import ClusterConfig
from oakum.kube.server import JSON, Call, Headers, Query, Server
from oakum.typing import Any
from oakum.url import decode, encode

FORM = "application/x-www-form-urlencoded"
FORMS = (FORM, "text/plain")
SECRET = ("client-secret", "refresh-token", "id-token")
MOST_SHOWN = 300
TIMEOUT_SECONDS = 30.0


class Refused(CredentialError):
    """The issuer gave no tokens."""


def refreshed(config: Mapping[str, str], authority: bytes) -> dict[str, Any]:
    """What the issuer answers to the refresh token in `config`, which is that of the provider in a kubeconfig.

    `authority` (PEM) vouches for its servers. Raises CredentialError.
    """
    try:
        endpoint = _endpoint(config["idp-issuer-url"].rstrip("/"), authority)
        try:
            return _tokens(config, endpoint, authority)
        except (Refused, ConnectError) as e:
            raise CredentialError(f"failed to refresh token: {e}") from e
    except (CredentialError, ConnectError) as e:
        raise CredentialError(_shown(str(e), config)) from e


def _shown(text: str, config: Mapping[str, str]) -> str:
    """`text` without what is secret in `config`, whoever repeated it."""
    for name in SECRET:
        if secret := config.get(name):
            text = text.replace(secret, "***")
    return text


def _endpoint(issuer: str, authority: bytes) -> str:
    """Where tokens are to be had, as the issuer's own description says."""
    from oakum.gostruct import STRING, Struct
    from oakum.gostruct import decode as fitted
    from oakum.yaml.json_syntax import first

    status, _, body = _asked("GET", f"{issuer}/.well-known/openid-configuration", authority)
    text = body.decode("utf-8", "replace")
    if not status.startswith("200"):
        raise CredentialError(f'oidc: failed to query metadata endpoint {status}: "{text[:MOST_SHOWN]}"')
    shape = Struct('struct { TokenURL string "json:\\"token_endpoint\\"" }', {"token_endpoint": STRING})
    try:
        endpoint: str = (fitted(first(text), shape) or {}).get("token_endpoint", "")
    except ValueError as e:
        raise CredentialError(f"oidc: failed to decode provider discovery object: {e}") from e
    if not endpoint:
        raise CredentialError("oidc: discovery object doesn't contain a token_endpoint")
    return endpoint


def _tokens(config: Mapping[str, str], endpoint: str, authority: bytes) -> dict[str, Any]:
    """Ask with the client's name and secret as a login; where that is refused, as fields: issuers take one of them."""
    name, secret = config["client-id"], config.get("client-secret", "")
    grant = [("grant_type", "refresh_token"), ("refresh_token", config["refresh-token"])]
    login = [("Authorization", basic(_escaped(name), _escaped(secret)))]
    try:
        return _read(*_asked("POST", endpoint, authority, grant, login))
    except Refused:
        fields = [("client_id", name)] + ([("client_secret", secret)] if secret else [])
        return _read(*_asked("POST", endpoint, authority, fields + grant))


def _escaped(text: str) -> str:
    return encode([("", text)]).removeprefix("=")


def _asked(method: str, url: str, authority: bytes, form: Query | None = None, login: Headers | None = None,
           ) -> tuple[str, str, bytes]:
    """Status with its words, media type and body of an answer. Raises ConnectError."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    server = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConnectError(f'{method.capitalize()} "{url}": unsupported protocol scheme "{parts.scheme}"')
    asked = Server(ClusterConfig(server, ca=authority), timeout=TIMEOUT_SECONDS)
    data = None if form is None else encode(form).encode()
    try:
        answer, body = asked.exchange(Call(method, url.removeprefix(server), None, data, FORM, JSON), login or [])
    finally:
        asked.close()
    kind = answer.headers.get("Content-Type").partition(";")[0].strip()
    return f"{answer.status} {answer.reason}".strip(), kind, body


def _read(status: str, kind: str, body: bytes) -> dict[str, Any]:
    """The fields of an answer of the token endpoint. Raises Refused."""
    from oakum.yaml.json_syntax import loads

    text, good = body.decode("utf-8", "replace"), status.startswith("2")
    try:
        found = dict(decode(text)) if kind in FORMS else loads(text)
    except ValueError as e:
        if good:
            raise Refused(f"oauth2: cannot parse json: {e}") from e
        found = None
    if not isinstance(found, dict):
        found = {}
    if found.get("error"):
        said = (found.get(name) for name in ("error", "error_description", "error_uri"))
        raise Refused("oauth2: " + " ".join(f'"{value}"' for value in said if value))
    if not good:
        raise Refused(f"oauth2: cannot fetch token: {status}\nResponse: {text[:MOST_SHOWN]}")
    if not found.get("access_token"):
        raise Refused("oauth2: server response missing access_token")
    return found
