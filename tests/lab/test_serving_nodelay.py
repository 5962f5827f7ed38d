import socket

from oakum.lab.serving import listen


def test_answers_do_not_wait_for_acknowledgements() -> None:
    with listen() as listener, socket.create_connection(listener.getsockname()) as _, listener.accept()[0] as accepted:
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
