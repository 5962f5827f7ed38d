"""Two connections joined: bytes and ends pass in both directions."""

import asyncio
import contextlib

_BLOCK = 1 << 16


async def splice(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    other_reader: asyncio.StreamReader,
    other_writer: asyncio.StreamWriter,
) -> None:
    """Copy until both sides have ended; a side that breaks ends both."""
    try:
        await asyncio.gather(_copy(reader, other_writer), _copy(other_reader, writer))
    except OSError:
        pass
    finally:
        writer.close()
        other_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while block := await reader.read(_BLOCK):
        writer.write(block)
        await writer.drain()
    with contextlib.suppress(OSError):
        # The other direction goes on: half-closed connections are how some protocols say "that was all".
        writer.write_eof()
