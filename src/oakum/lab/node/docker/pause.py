"""The program that holds a pod's network while its containers come and go: it sleeps until it is killed.

Written out as machine code, so that the lab needs no image from anywhere (ELF-64 with one segment that is loaded).
"""

import io
import struct
import tarfile
from pathlib import Path

from oakum.lab.node.docker.engine import EngineError

PROGRAM = "/pause"
_BASE, _HEADERS = 0x400000, 64 + 56

_MACHINES = {
    # mov eax, 34 (pause); syscall; jmp back
    "amd64": (62, bytes.fromhex("b8220000000f05ebf7")),
    # mov x8, 73 (ppoll); mov x0 to x4, 0; svc 0; b back
    "arm64": (183, struct.pack("<8I", 0xD2800928, *range(0xD2800000, 0xD2800005), 0xD4000001, 0x17FFFFF9)),
}


def program(architecture: str) -> bytes:
    """The executable for an architecture by Go's name. Raises EngineError for one that has none."""
    if architecture not in _MACHINES:
        raise EngineError(f"the lab has no pause program for {architecture}, only for {' and '.join(_MACHINES)}")
    machine, code = _MACHINES[architecture]
    size = _HEADERS + len(code)
    head = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    head += struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, _BASE + _HEADERS, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    return head + struct.pack("<IIQQQQQQ", 1, 5, 0, _BASE, _BASE, size, size, 0x1000) + code


def write_layer(path: Path, architecture: str) -> None:
    """Write the one layer of the image that has nothing but the program."""
    content = program(architecture)
    member = tarfile.TarInfo(PROGRAM.removeprefix("/"))
    member.size, member.mode = len(content), 0o755
    with tarfile.open(path, "w") as archive:
        archive.addfile(member, io.BytesIO(content))
