"""Names of Services and their pods for pods (RFC 1035; Kubernetes DNS-based service discovery 1.1.0)."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Iterator

from oakum.lab.network import CLUSTER_DOMAIN
from oakum.lab.store import Obj, Store

_A, _ANY, _IN = 1, 255, 1
_LIFE = 5
_NO_SUCH_NAME = 3
_LONGEST = 512
_SLICES = "endpointslices.discovery.k8s.io"


class Names:
    """Answers queries about the Services in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def answer(self, query: bytes) -> bytes | None:
        """The response to one message; None for what is no query."""
        try:
            identity, flags, questions = struct.unpack_from("!HHH", query)
            name, end = _name(query, 12)
            kind, _ = struct.unpack_from("!HH", query, end)
        except (struct.error, IndexError, UnicodeDecodeError):
            return None
        if flags & 0x8000 or questions != 1:
            return None
        addresses = self.addresses(name)
        status = _NO_SUCH_NAME if addresses is None else 0
        found = [socket.inet_aton(address) for address in addresses or []] if kind in (_A, _ANY) else []
        room = (_LONGEST - end - 4) // 16
        question = query[12 : end + 4]
        head = struct.pack("!HHHHHH", identity, 0x8580 | status, 1, len(found[:room]), 0, 0)
        # Each answer's name is a pointer to the question's.
        records = (struct.pack("!HHHIH", 0xC00C, _A, _IN, _LIFE, 4) + address for address in found[:room])
        return head + question + b"".join(records)

    def addresses(self, name: str) -> list[str] | None:
        """The IPv4 addresses of a full name; None when there is no such name."""
        suffix = f".svc.{CLUSTER_DOMAIN}"
        if not name.lower().endswith(suffix):
            return None
        labels = name.lower().removesuffix(suffix).split(".")
        if len(labels) not in (2, 3):
            return None
        service = self._store.find("services", labels[-2], labels[-1])
        if service is None:
            return None
        address = service["spec"].get("clusterIP")
        if address and address != "None":
            return [address] if len(labels) == 2 else None
        endpoints = list(self._endpoints(service))
        if len(labels) == 2:
            return [address for _, address in endpoints]
        return [address for host, address in endpoints if host == labels[0]] or None

    def _endpoints(self, service: Obj) -> Iterator[tuple[str, str]]:
        metadata = service["metadata"]
        early = service["spec"].get("publishNotReadyAddresses")
        for found in self._store.list(_SLICES, metadata["namespace"]).items:
            if (found["metadata"].get("labels") or {}).get("kubernetes.io/service-name") != metadata["name"]:
                continue
            for endpoint in found.get("endpoints") or []:
                if early or (endpoint.get("conditions") or {}).get("ready", True):
                    for address in endpoint["addresses"]:
                        yield endpoint.get("hostname") or address.replace(".", "-"), address


async def serve_names(names: Names, bound: socket.socket) -> None:
    """Answer the queries that come to a datagram socket, until cancelled."""
    loop = asyncio.get_running_loop()
    with bound:
        while True:
            query, sender = await loop.sock_recvfrom(bound, 4096)
            response = names.answer(query)
            if response is not None:
                with contextlib.suppress(OSError):
                    await loop.sock_sendto(bound, response, sender)


def _name(message: bytes, at: int) -> tuple[str, int]:
    """The name at an offset (compression does not occur in questions), and where it ends."""
    labels = []
    while length := message[at]:
        if length > 63:
            raise IndexError(at)
        labels.append(message[at + 1 : at + 1 + length].decode("ascii"))
        at += length + 1
    return ".".join(labels), at + 1
