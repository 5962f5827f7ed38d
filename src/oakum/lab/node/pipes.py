"""Pipes between the lab and a container's standard streams."""

import asyncio
import contextlib
import os
from collections.abc import Iterator


@contextlib.contextmanager
def pipes(count: int) -> Iterator[tuple[list[int], list[int]]]:
    """`count` pipes: our reading ends, which the caller keeps, and the writing ends, closed at the end of the block."""
    ours, theirs = [], []
    for _ in range(count):
        reading, writing = os.pipe()
        ours.append(reading)
        theirs.append(writing)
    try:
        yield ours, theirs
    except BaseException:
        close_all(ours)
        raise
    finally:
        close_all(theirs)


async def read_to_end(descriptor: int, limit: int = 1 << 20) -> bytes:
    """Everything from a pipe until its end, at most `limit` bytes kept."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
        kept = bytearray()
        try:
            while block := await reader.read(1 << 16):
                kept += block[: max(0, limit - len(kept))]
        finally:
            transport.close()
    return bytes(kept)


def close_all(descriptors: list[int]) -> None:
    """Close each descriptor."""
    for descriptor in descriptors:
        os.close(descriptor)
