"""Network interfaces, addresses and routes over rtnetlink(7): what `ip` would do, without needing it."""

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

_NEWLINK, _DELLINK, _NEWADDR, _NEWROUTE, _DELROUTE = 16, 17, 20, 24, 25
_REQUEST, _ACK, _EXCLUSIVE, _CREATE = 1, 4, 0x200, 0x400
_ERROR = 2
_IFLA_IFNAME, _IFLA_LINKINFO, _IFLA_NET_NS_FD = 3, 18, 28
_INFO_KIND, _INFO_DATA, _VETH_PEER = 1, 2, 1
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_RTA_DST, _RTA_OIF, _RTA_PREFSRC = 1, 4, 7
_IFF_UP = 1
_TABLE_MAIN, _TABLE_LOCAL = 254, 255
_SCOPE_LINK, _SCOPE_HOST = 253, 254
_UNICAST, _LOCAL = 1, 2
_PROTOCOL_BOOT = 3


def _attribute(kind: int, value: bytes) -> bytes:
    header = struct.pack("=HH", len(value) + 4, kind)
    return header + value + b"\0" * (-len(value) % 4)


def _link_header(index: int = 0, flags: int = 0) -> bytes:
    return struct.pack("=BxHiII", socket.AF_UNSPEC, 0, index, flags, flags)


class Netlink:
    """Requests to the kernel about the network namespace in which this object was made."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def set_up(self, name: str) -> None:
        """Switch an interface on."""
        self._request(_NEWLINK, 0, _link_header(socket.if_nametoindex(name), _IFF_UP), f"switching on {name}")

    def add_veth(self, name: str, peer: str, peer_namespace: int) -> None:
        """A pair of connected interfaces: `name` here, `peer` in the namespace of a descriptor."""
        other = _link_header() + _attribute(_IFLA_IFNAME, peer.encode() + b"\0")
        other += _attribute(_IFLA_NET_NS_FD, struct.pack("=I", peer_namespace))
        info = _attribute(_INFO_KIND, b"veth\0") + _attribute(_INFO_DATA, _attribute(_VETH_PEER, other))
        body = _link_header() + _attribute(_IFLA_IFNAME, name.encode() + b"\0") + _attribute(_IFLA_LINKINFO, info)
        self._request(_NEWLINK, _CREATE | _EXCLUSIVE, body, f"making the interface {name}")

    def remove_link(self, name: str) -> None:
        """Remove an interface, and its peer with it."""
        self._request(_DELLINK, 0, _link_header(socket.if_nametoindex(name)), f"removing {name}")

    def add_address(self, name: str, address: str, scope_host: bool = False) -> None:
        """Give an interface an IPv4 address of its own (/32)."""
        scope = _SCOPE_HOST if scope_host else 0
        body = struct.pack("=BBBBI", socket.AF_INET, 32, 0, scope, socket.if_nametoindex(name))
        packed = socket.inet_aton(address)
        body += _attribute(_IFA_LOCAL, packed) + _attribute(_IFA_ADDRESS, packed)
        self._request(_NEWADDR, _CREATE, body, f"giving {name} the address {address}")

    def add_route(self, name: str, network: str, length: int, source: str | None = None) -> None:
        """Send what goes to `network/length` through an interface, from the address `source`."""
        self._route(_NEWROUTE, name, network, length, (_TABLE_MAIN, _SCOPE_LINK, _UNICAST), source)

    def add_local(self, network: str, length: int) -> None:
        """Regard a network's addresses as this machine's own."""
        self._route(_NEWROUTE, "lo", network, length, (_TABLE_LOCAL, _SCOPE_HOST, _LOCAL))

    def remove_local(self, network: str, length: int) -> None:
        """Undo `add_local`, or what the kernel did by itself."""
        self._route(_DELROUTE, "lo", network, length, (_TABLE_LOCAL, _SCOPE_HOST, _LOCAL))

    def _route(
        self, kind: int, name: str, network: str, length: int, place: tuple[int, int, int], source: str | None = None
    ) -> None:
        table, scope, route_type = place
        body = struct.pack("=BBBBBBBBI", socket.AF_INET, length, 0, 0, table, _PROTOCOL_BOOT, scope, route_type, 0)
        if kind == _DELROUTE:
            body = struct.pack("=BBBBBBBBI", socket.AF_INET, length, 0, 0, table, 0, scope, route_type, 0)
        if length:
            body += _attribute(_RTA_DST, socket.inet_aton(network))
        body += _attribute(_RTA_OIF, struct.pack("=i", socket.if_nametoindex(name)))
        if source:
            body += _attribute(_RTA_PREFSRC, socket.inet_aton(source))
        flags = _CREATE if kind == _NEWROUTE else 0
        self._request(kind, flags, body, f"the route to {network}/{length}")

    def _request(self, kind: int, flags: int, body: bytes, doing: str) -> None:
        header = struct.pack("=IHHII", len(body) + 16, kind, flags | _REQUEST | _ACK, 1, 0)
        self._socket.send(header + body)
        answer = self._socket.recv(65536)
        answer_kind = struct.unpack_from("=H", answer, 4)[0]
        number = -struct.unpack_from("=i", answer, 16)[0] if answer_kind == _ERROR else 0
        if number:
            raise OSError(number, f"{doing}: {os.strerror(number)}")


@contextmanager
def netlink() -> Iterator[Netlink]:
    """A Netlink of the present network namespace."""
    link = Netlink()
    try:
        yield link
    finally:
        link.close()
