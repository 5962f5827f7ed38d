"""The ID token of a kubeconfig's user, refreshed when it has ended (OpenID Connect Core 1.0, section 12).

The requests and what is said when they fail are those of client-go; values that are secret are left out of it.
"""
from __future__ import annotations

import time

from oakum.gostruct import ANY, BYTES, Struct, decode
from oakum.kube import store
from oakum.kube.credential import EARLY_SECONDS, Credential
from oakum.kube.errors import ConfigError, CredentialError
from oakum.kube.kubeconfig import Provider, read_bytes

NO_TOKEN = ('token response did not contain an id_token, either the scope "openid" wasn\'t requested upon login, or '
            "the provider doesn't support id_tokens as part of the refresh response")
CLAIMS = Struct('struct { Expiry oidc.jsonTime "json:\\"exp\\"" }', {"exp": ANY})


class OpenID:
    """Gives the user's ID token, and a newer one each time that it is asked again. Not thread-safe.

    What a refresh brings is written into the kubeconfig. Raises ConfigError for an authority that cannot be read.
    """

    def __init__(self, provider: Provider) -> None:
        self._config = dict(provider.config)
        self._place = provider.place
        self._authority = _authority(self._config)
        self._given = ""

    def credential(self) -> Credential:
        """A token that was not given before and has not ended. Raises CredentialError."""
        if not self._new():
            # Maybe somebody else has refreshed it, or is about to: a refresh token may be good for once only.
            with store.held(self._place):
                self._config |= store.provider_config(self._place)
                if not self._new():
                    self._refresh()
        self._given = self._config["id-token"]
        return Credential(self._given, expires=expiry(self._given))

    def _new(self) -> bool:
        token = self._config.get("id-token", "")
        return bool(token) and token != self._given and expiry(token) - EARLY_SECONDS > time.time()

    def _refresh(self) -> None:
        from oakum.kube.refresh import refreshed

        if not self._config.get("refresh-token"):
            raise CredentialError("No valid id-token, and cannot refresh without refresh-token")
        answer = refreshed(self._config, self._authority)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise CredentialError(NO_TOKEN)
        expiry(token)
        again = answer.get("refresh_token")
        new = {"id-token": token} | ({"refresh-token": again} if isinstance(again, str) and again else {})
        self._config |= new
        store.write(self._place, new)


def expiry(token: str) -> float:
    """When a JSON Web Token ends, as a Unix time; 0 where it does not say. Raises CredentialError for what is none."""
    import base64

    from oakum.yaml.json_syntax import loads

    parts = token.split(".")
    if len(parts) != 3:
        raise CredentialError("ID Token is not a valid JWT")
    try:
        claims = base64.b64decode(parts[1] + "=" * (-len(parts[1]) % 4), "-_", validate=True)
        return float(decode(loads(claims.decode()), CLAIMS).get("exp", 0))
    except (ValueError, TypeError) as e:
        raise CredentialError(f"parsing claims: {e}") from e


def _authority(config: dict[str, str]) -> bytes:
    """The certificates that vouch for the issuer, PEM; empty for those that the system trusts."""
    from oakum.kube.tls import context

    data, path = config.get("idp-certificate-authority-data", ""), config.get("idp-certificate-authority", "")
    try:
        found: bytes = decode(data, BYTES) if data else read_bytes(path) if path else b""
    except ValueError as e:
        raise ConfigError(f"idp-certificate-authority-data: {e}") from e
    if found:
        context(found, False, b"", b"")
    return found
