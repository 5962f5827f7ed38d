"""gRPC probes, with answers of a real server (grpcio 1.x with its health service), byte by byte as it sent them."""

import asyncio

import pytest

from oakum.lab.node import probes

SETTINGS = "000018040000000000000400400000000500400000000600004000fe0300000001"
HELLO = SETTINGS + "000004080000000000003f0001" + "000000040100000000"
PING = "0000080600000000000102030405060708"
HEAD = (
    "00004e01040000000188400c636f6e74656e742d74797065106170706c69636174696f6e2f677270634014677270632d6163636570742d656e636f"
    "64696e67176964656e746974792c206465666c6174652c20677a6970"
)
TRAILER = "00001e010500000001400b677270632d7374617475730130000c677270632d6d65737361676500"
NO_METHOD = (
    "00005001050000000188400c636f6e74656e742d74797065106170706c69636174696f6e2f67727063400b677270632d737461747573023132000c"
    "677270632d6d657373616765114d6574686f64206e6f7420666f756e6421"
)
ANSWERS = {
    "serving": HELLO + PING + HEAD + "00000700000000000100000000020801" + TRAILER,
    "padded": HELLO + HEAD + "00000a0008000000010200000000020801" + "0000" + TRAILER,
    "not serving": HELLO + HEAD + "00000700000000000100000000020802" + TRAILER,
    "unknown": HELLO + HEAD + "0000050000000000010000000000" + TRAILER,
    "no health": HELLO + NO_METHOD,
    "broken": HELLO + HEAD,
    "HTTP/1.1": b"HTTP/1.1 400 Bad Request\r\n\r\n".hex(),
}
EXPECTED = {
    "serving": "",
    "padded": "",
    "not serving": 'service unhealthy (responded with "NOT_SERVING")',
    "unknown": 'service unhealthy (responded with "UNKNOWN")',
    "no health": 'error: health rpc failed: the server does not know the service "it", or how to tell its health',
    "broken": "the server closed the connection before it had answered",
    "HTTP/1.1": "the answer is not HTTP/2",
}


class Server:
    """Gives one answer, and is the container that is probed."""

    def __init__(self, answer: str) -> None:
        self._answer = bytes.fromhex(answer)
        self.asked = b""

    async def connect(self, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", port)

    async def execute(self, command: list[str]) -> tuple[int, str]:
        raise NotImplementedError

    def port(self, stated: int | str) -> int:
        return int(stated)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked = await reader.readuntil(b"\x00\x00\x00\x00\x04\x0a\x02it")
        writer.write(self._answer)
        writer.write_eof()
        self.asked += await reader.read()
        writer.close()


def probe(server: Server) -> str:
    async def main() -> str:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        async with listening:
            action = {"grpc": {"port": listening.sockets[0].getsockname()[1], "service": "it"}}
            return await probes.check(probes.Probe.of({**action, "timeoutSeconds": 5}), server)

    return asyncio.run(main())


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_service_is_healthy_when_it_says_that_it_serves(answer: str) -> None:
    assert probe(Server(ANSWERS[answer])) == EXPECTED[answer]


def test_the_call_is_one_of_the_health_protocol_and_pings_are_answered() -> None:
    server = Server(ANSWERS["serving"])
    probe(server)
    assert server.asked.startswith(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    assert b"\x00\x05:path\x1c/grpc.health.v1.Health/Check" in server.asked
    assert server.asked.endswith(bytes.fromhex("000000040100000000" + "0000080601000000000102030405060708"))
