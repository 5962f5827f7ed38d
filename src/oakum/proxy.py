"""Which proxy a URL goes through: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, by the rules of Go programs.

Loopback addresses are never proxied, and `HTTP_PROXY` is ignored under CGI (where a client sets it).
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from oakum.errors import OakumError
from oakum.typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ipaddress


SOCKS = ("socks5", "socks5h")


class ProxyError(OakumError):
    """A setting that names no proxy."""


def proxy_for(scheme: str, host: str, port: int, environ: Mapping[str, str]) -> str | None:
    """The proxy's URL for `scheme://host:port`, None to go directly.

    Raises ProxyError, which does not show a value that may hold a password, when it is not an address.
    """
    name = f"{scheme.upper()}_PROXY"
    value = environ.get(name) or environ.get(name.lower()) or ""
    if not value or (scheme == "http" and environ.get("REQUEST_METHOD")) or is_loopback(host):
        return None
    excluded = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    if any(_excludes(entry.strip().lower(), host.lower(), port) for entry in excluded.split(",")):
        return None
    url = value if "://" in value else f"http://{value}"
    if not is_address(url, SOCKS):
        raise ProxyError(f"invalid proxy address in {name} (hint: it is of the form http://HOST:PORT)")
    return url


def is_address(url: str, also: Sequence[str] = ()) -> bool:
    """Whether `url` is that of a proxy: http, https, or one of the schemes in `also`."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    # The host's characters are those that a name or an address may have: urlsplit takes any.
    named = bool(parts.hostname) and not set(parts.hostname or "") & set(" \t<>\"'\\^`{|}")
    return named and parts.scheme in ("http", "https", *also) and port != 0


def is_loopback(host: str) -> bool:
    """Whether `host` (a name, or an address with or without brackets) is this machine."""
    if host in ("localhost", "127.0.0.1"):
        return True
    address = parse_address(host)
    return address is not None and address.is_loopback


def parse_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """`host` as an IP address, None when it is a name."""
    if ":" not in host and host[-1:].isalpha():  # no address of version 4 ends in a letter
        return None
    import ipaddress

    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def _excludes(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    address = parse_address(host)
    if "/" in entry and address is not None:
        import ipaddress

        try:
            return address in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
    name, colon, wanted = entry.rpartition(":")
    if colon and wanted.isdigit() and "]" not in wanted:
        if int(wanted) != port:
            return False
        entry = name
    if not entry or address is not None:
        return bool(entry) and entry.strip("[]") == host.strip("[]")
    bare = entry.removeprefix("*").removeprefix(".")
    return host.endswith(f".{bare}") or (host == bare and not entry.startswith((".", "*")))
