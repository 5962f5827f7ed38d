"""`@ytt:ip`: addresses and networks by Go's net package (ytt: module ip)."""
from __future__ import annotations

import ipaddress

from oakum.starlark import Builtin, Failure, Module
from oakum.template.arguments import exactly, string
from oakum.template.modules.opaque import Opaque, methods, without_string
from oakum.typing import Any

_ADDRESS = "@ytt:ip.addr"
_NETWORK = "@ytt:ip.net"
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def ip_module() -> Module:
    """The module."""
    functions = {"parse_addr": _parse_addr, "parse_cidr": _parse_cidr}
    return Module("ip", {name: Builtin(f"ip.{name}", function) for name, function in functions.items()})


def _address(text: str) -> _Address | None:
    """The address of `text`; an IPv4 one written as IPv6 counts as IPv4."""
    if "%" in text or not text.isascii():
        return None
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _parse_addr(*arguments: Any, **keywords: Any) -> Opaque:
    exactly(arguments, 1)
    text = string(arguments[0])
    found = _address(text)
    if found is None:
        raise Failure(f"invalid IP address: {text}")
    return _address_value(found)


def _address_value(found: _Address) -> Opaque:
    functions = {
        "is_ipv4": lambda: found.version == 4,
        "is_ipv6": lambda: found.version == 6,
        "string": lambda: str(found),
    }
    return Opaque(_ADDRESS, methods(_ADDRESS, functions), without_string(_ADDRESS), found)


def _parse_cidr(*arguments: Any, **keywords: Any) -> tuple[Opaque, Opaque]:
    exactly(arguments, 1)
    text = string(arguments[0])
    head, slash, length = text.partition("/")
    found = _address(head)
    written_as_6 = ":" in head
    most = 128 if written_as_6 else 32
    if not slash or found is None or not _is_length(length, most):
        raise Failure(f"invalid CIDR address: {text}")
    bits = int(length)
    if written_as_6 and found.version == 4:
        whole = ipaddress.IPv6Network((int(ipaddress.IPv6Address(f"::ffff:{found}")), bits), strict=False)
        shown = _address(str(whole.network_address)) or whole.network_address
        return _address_value(found), _network_value(shown, f"{shown}/{bits - 96 if bits >= 96 else bits}")
    kind = ipaddress.IPv6Network if found.version == 6 else ipaddress.IPv4Network  # a small number could be either
    first = kind((int(found), bits), strict=False).network_address
    return _address_value(found), _network_value(first, f"{first}/{bits}")


def _is_length(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 5 and int(text) <= most


def _network_value(first: _Address, text: str) -> Opaque:
    functions = {"addr": lambda: _address_value(first), "string": lambda: text}
    return Opaque(_NETWORK, methods(_NETWORK, functions), without_string(_NETWORK), text)
