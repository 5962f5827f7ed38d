"""SPDY/3.1 framing, as far as port-forward uses it (draft-mbelshe-httpbis-spdy-00, section 2)."""

import struct
import zlib
from dataclasses import dataclass

_WORDS = (
    "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow "
    "authorization cache-control connection content-base content-encoding content-language content-length "
    "content-location content-md5 content-range content-type date etag expect expires from host if-match "
    "if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma "
    "proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade "
    "user-agent vary via warning www-authenticate method get status"
)
_MORE_WORDS = ("200 OK", "version", "HTTP/1.1", "url", "public", "set-cookie", "keep-alive", "origin")
_TAIL = (
    "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
    "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden"
    "404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable"
    "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT"
    "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,"
    "publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0."
)

SYN_STREAM, SYN_REPLY, RST_STREAM, PING, GOAWAY, HEADERS = 1, 2, 3, 6, 7, 8
FIN = 1
CANCEL = 5
_CONTROL = 0x80000000
_VERSION = 3


def _word(text: str) -> bytes:
    return struct.pack("!I", len(text)) + text.encode()


DICTIONARY = b"".join(map(_word, (*_WORDS.split(), *_MORE_WORDS))) + _TAIL.encode()
"""What both ends' compression starts from (section 2.6.10.1)."""


class BadFrame(ValueError):
    """Bytes that are not SPDY/3.1."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame: of data, when `kind` is 0, or a control frame. `headers` are those of SYN_STREAM."""

    kind: int
    stream: int
    flags: int
    data: bytes = b""
    headers: dict[str, str] | None = None

    @property
    def last(self) -> bool:
        """Whether the sender sends no more on this stream."""
        return bool(self.flags & FIN)


class Reader:
    """Bytes as they arrive, made into frames."""

    def __init__(self, longest: int = 1 << 24) -> None:
        self._rest = bytearray()
        self._longest = longest
        self._inflate = zlib.decompressobj(zdict=DICTIONARY)

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are complete now. Raises BadFrame."""
        self._rest += data
        frames = []
        while len(self._rest) >= 8:
            first, second = struct.unpack_from("!II", self._rest)
            length = second & 0xFFFFFF
            if length > self._longest:
                raise BadFrame(f"a frame of {length} bytes")
            if len(self._rest) < 8 + length:
                break
            body = bytes(self._rest[8 : 8 + length])
            del self._rest[: 8 + length]
            frames.append(self._frame(first, second >> 24, body))
        return frames

    def _frame(self, first: int, flags: int, body: bytes) -> Frame:
        if not first & _CONTROL:
            return Frame(0, first & 0x7FFFFFFF, flags, body)
        version, kind = first >> 16 & 0x7FFF, first & 0xFFFF
        if version != _VERSION or (kind in (SYN_STREAM, SYN_REPLY, RST_STREAM, PING) and len(body) < 4):
            raise BadFrame(f"a control frame of version {version}, type {kind}, {len(body)} bytes")
        stream = struct.unpack_from("!I", body)[0] & 0x7FFFFFFF if len(body) >= 4 else 0
        headers = None
        # Every block has to pass through the decompressor, also one that nobody reads.
        skipped = {SYN_STREAM: 10, SYN_REPLY: 4, HEADERS: 4}.get(kind)
        if skipped is not None:
            headers = self._headers(body[skipped:])
        return Frame(kind, stream, flags, body, headers)

    def _headers(self, block: bytes) -> dict[str, str]:
        try:
            plain = self._inflate.decompress(block, self._longest)
            texts, at = [], 4
            for _ in range(2 * struct.unpack_from("!I", plain)[0]):
                (length,) = struct.unpack_from("!I", plain, at)
                texts.append(plain[at + 4 : at + 4 + length].decode("latin-1"))
                at += 4 + length
        except (zlib.error, struct.error) as error:
            raise BadFrame(f"a header block: {error}") from error
        return dict(zip(texts[::2], texts[1::2], strict=True))


class Writer:
    """Frames made into bytes."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(zdict=DICTIONARY)

    def data(self, stream: int, content: bytes, *, last: bool = False) -> bytes:
        """A data frame of less than 16 MiB."""
        return struct.pack("!II", stream, (FIN if last else 0) << 24 | len(content)) + content

    def reply(self, stream: int) -> bytes:
        """SYN_REPLY without headers: the stream is accepted."""
        return self._control(SYN_REPLY, struct.pack("!I", stream) + self._block({}))

    def open(self, stream: int, headers: dict[str, str]) -> bytes:
        """SYN_STREAM."""
        return self._control(SYN_STREAM, struct.pack("!IIH", stream, 0, 0) + self._block(headers))

    def reset(self, stream: int) -> bytes:
        """RST_STREAM."""
        return self._control(RST_STREAM, struct.pack("!II", stream, CANCEL))

    def ping(self, identity: bytes) -> bytes:
        """PING, in answer to one with this body."""
        return self._control(PING, identity)

    def _control(self, kind: int, body: bytes) -> bytes:
        return struct.pack("!II", _CONTROL | _VERSION << 16 | kind, len(body)) + body

    def _block(self, headers: dict[str, str]) -> bytes:
        words = [_word(text) for pair in headers.items() for text in pair]
        plain = struct.pack("!I", len(headers)) + b"".join(words)
        return self._deflate.compress(plain) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
