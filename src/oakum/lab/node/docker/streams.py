"""A container's streams between the engine's connection and the descriptors that the lab gave.

Without a terminal each piece of output has a head of eight bytes: its stream (1 output, 2 errors) and its length
(Docker Engine API, "Attach to a container": Stream format).
"""

import asyncio
import contextlib
import fcntl
import os
import socket
import stat
import struct
import termios
import tty
from collections.abc import Callable

_BLOCK = 1 << 16
_SIZE = struct.Struct("HHHH")


def wants_input(descriptor: int) -> bool:
    """Whether something may come from a standard input: a pipe or a terminal, and not the empty device."""
    return os.isatty(descriptor) or stat.S_ISFIFO(os.fstat(descriptor).st_mode)


class Relay:
    """Passes bytes on between an engine's `connection` and copies of the descriptors of input, output and errors.

    `early` has been read from the connection before. With a `terminal` the descriptors are its far end; `resized` hears
    of its size (rows and columns) at the first byte that passes and when it has changed since the last.
    """

    def __init__(
        self,
        connection: socket.socket,
        early: bytes,
        streams: list[int],
        *,
        terminal: bool,
        resized: Callable[[int, int], None],
    ) -> None:
        self._connection = connection
        self._early = early
        self._streams = [os.dup(descriptor) for descriptor in streams]
        self._terminal = terminal
        self._resized = resized
        self._size = (0, 0)
        self._transports: list[asyncio.BaseTransport] = []
        if terminal:
            # The terminal proper is the engine's; this one only passes on.
            tty.setraw(self._streams[0], termios.TCSANOW)

    async def run(self) -> None:
        """Pass on until the engine has no more output."""
        reader, writer = await asyncio.open_unix_connection(sock=self._connection)
        source, *sinks = self._streams
        feeding = None
        try:
            if wants_input(source):
                feeding = asyncio.create_task(self._feed(await self._reader(source), writer))
            else:
                os.close(source)
                writer.write_eof()
            outputs = [await self._writer(sink) for sink in sinks]
            with contextlib.suppress(asyncio.IncompleteReadError, OSError):
                await (self._copy_plain(reader, outputs[0]) if self._terminal else self._copy(reader, outputs))
        finally:
            if feeding is not None:
                feeding.cancel()
            writer.close()
            for transport in self._transports:
                transport.close()

    async def _copy(self, reader: asyncio.StreamReader, outputs: list[asyncio.StreamWriter]) -> None:
        early = self._early
        while True:
            while len(early) < 8 and (more := await reader.read(_BLOCK)):
                early += more
            if len(early) < 8:
                return
            stream, size = early[0], int.from_bytes(early[4:8], "big")
            early = early[8:]
            while size:
                early = early or await reader.read(_BLOCK)
                if not early:
                    return
                await _write(outputs[1 if stream == 2 else 0], early[:size])
                size, early = size - len(early[:size]), early[size:]

    async def _copy_plain(self, reader: asyncio.StreamReader, output: asyncio.StreamWriter) -> None:
        piece = self._early or await reader.read(_BLOCK)
        while piece:
            self._look()
            await _write(output, piece)
            piece = await reader.read(_BLOCK)

    async def _feed(self, source: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(_BLOCK):
                self._look()
                writer.write(data)
                await writer.drain()
            writer.write_eof()

    def _look(self) -> None:
        if not self._terminal:
            return
        rows, columns, _, _ = _SIZE.unpack(fcntl.ioctl(self._streams[0], termios.TIOCGWINSZ, bytes(_SIZE.size)))
        if (rows, columns) not in ((0, 0), self._size):
            self._size = (rows, columns)
            self._resized(rows, columns)

    async def _reader(self, descriptor: int) -> asyncio.StreamReader:
        loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
        file = os.fdopen(descriptor, "rb", buffering=0)
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
        self._transports.append(transport)
        return reader

    async def _writer(self, descriptor: int) -> asyncio.StreamWriter:
        loop = asyncio.get_running_loop()
        file = os.fdopen(descriptor, "wb", buffering=0)
        transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, file)
        self._transports.append(transport)
        return asyncio.StreamWriter(transport, protocol, None, loop)


async def _write(output: asyncio.StreamWriter, data: bytes) -> None:
    """Write, or lose what nobody reads any more."""
    with contextlib.suppress(OSError):
        output.write(data)
        await output.drain()
