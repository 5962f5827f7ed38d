"""Files from the web, over the connections that registries have too: their proxies, trust, and words for failures."""
from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import quote, unquote, urljoin, urlsplit

from oakum.errors import RegistryError
from oakum.http.errors import FAILURES
from oakum.registry.connections import Connections, Options
from oakum.registry.errors import ConnectError

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 10
_TIMEOUT_S = 60.0
_URL_CHARS = "/:?#[]@!$&'()*+,;=%~"
LARGEST = 256 << 20
"""Bytes that a file may have: configuration is far smaller, and what never ends would take all memory."""


class FetchError(RegistryError):
    """A file that did not come."""


def shown(url: str) -> str:
    """`url` as messages may have it: without a login."""
    return re.sub("//[^/@]*@", "//", url)


def fetch(url: str, environ: Mapping[str, str] | None = None, largest: int = LARGEST) -> bytes:
    """What stands at `url` (http, https), after redirects; a login in it is sent to its own host only.

    More than `largest` bytes are refused. `environ` names proxies, that of the process unless given. Raises FetchError,
    ProxyError.
    """
    connections, here = Connections(Options(answer_timeout=_TIMEOUT_S), environ), quote(url, safe=_URL_CHARS)
    try:
        _check_address(here)
        for _ in range(_MOST_REDIRECTS):
            response = connections.send("GET", shown(here), _login(here))
            target = response.headers.get("Location")
            if response.status not in _REDIRECTS or not target:
                body = response.read(largest + 1)
                break
            response.close()
            here = urljoin(here, target)
            if (scheme := urlsplit(here).scheme) not in ("http", "https"):
                reason = f'Get "{shown(here)}": unsupported protocol scheme "{scheme}"'
                raise FetchError(f"Requesting URL '{shown(url)}': {reason}")
        else:
            raise FetchError(f"Requesting URL '{shown(url)}': stopped after {_MOST_REDIRECTS} redirects")
    except (ConnectError, *FAILURES) as error:
        raise FetchError(f"Requesting URL '{shown(url)}': {error}") from error
    if len(body) > largest:
        response.close()
        raise FetchError(f"Requesting URL '{shown(url)}': Expected at most {largest} bytes, but there are more")
    if not 200 <= response.status < 300:
        raise FetchError(f"Requesting URL '{shown(url)}': {response.status} {response.reason or ''}".rstrip())
    return body


def _check_address(url: str) -> None:
    """Raise ConnectError, in Go's words, for a URL without a host or with a port that is none."""
    address = urlsplit(url).netloc.rpartition("@")[2]
    if not address:
        raise ConnectError("GET", url, "http: no Host in request URL")
    port = address.rpartition("]")[2].partition(":")[2]
    if port and not port.isdecimal():
        raise ConnectError("parse", shown(url), f'invalid port ":{port}" after host')


def _login(url: str) -> dict[str, str]:
    login, at, _ = urlsplit(url).netloc.rpartition("@")
    return {"Authorization": f"Basic {b64encode(unquote(login).encode()).decode()}"} if at else {}
