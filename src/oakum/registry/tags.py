"""The tags of a repository (OCI distribution-spec 1.1, "Listing Tags")."""
from __future__ import annotations

import json
import re
from urllib.parse import urljoin, urlsplit

from oakum.registry.errors import ContentError
from oakum.registry.reference import Repository
from oakum.registry.transport import Request, Transport

PAGE = 1000
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel\s*=\s*"?next"?')


def tags(transport: Transport, repository: Repository) -> list[str]:
    """All tags, in the registry's order, its pages followed. Raises StatusError, ConnectError, ContentError."""
    found: list[str] = []
    path, seen = f"{repository.path}/tags/list?n={PAGE}", set[str]()
    while path and path not in seen:
        seen.add(path)
        response, body = transport.read(Request("GET", repository, path))
        found += _names(body, repository)
        path = _next(response.headers.get("Link", ""), response.url or "", repository)
    return found


def _names(body: bytes, repository: Repository) -> list[str]:
    what = f"Tags of {repository}: the registry's answer is not a list of tags"
    try:
        names = json.loads(body).get("tags") or []
    except (ValueError, AttributeError) as error:
        raise ContentError(what) from error
    if not isinstance(names, list):
        raise ContentError(what)
    return [str(name) for name in names]


def _next(link: str, url: str, repository: Repository) -> str:
    """The next page, as a path on the same registry (a link to another host is not followed)."""
    match = _NEXT.search(link)
    if match is None:
        return ""
    try:
        parts = urlsplit(urljoin(url, match[1]))
    except ValueError as error:
        what = f"Tags of {repository}: the registry names a next page that is no address: {match[1]}"
        raise ContentError(what) from error
    path = parts.path.partition("/v2/")[2]
    return f"{path}?{parts.query}" if path else ""
