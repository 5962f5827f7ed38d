from __future__ import annotations

import socket

import pytest
from tests.kube.scripted import Reply, serving

from oakum.http.connection import Connection, Place


@pytest.mark.skipif(not hasattr(socket, "TCP_KEEPIDLE"), reason="the system has no such options")
def test_a_connection_that_may_be_silent_for_hours_is_asked_whether_it_is_there() -> None:
    with serving([Reply(200, {})]) as (url, _):
        connection = Connection(Place("127.0.0.1", int(url.rpartition(":")[2])))
        connection.prepare()
        options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE), (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
                   (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL), (socket.IPPROTO_TCP, socket.TCP_KEEPCNT)]
        assert [connection.sock.getsockopt(*option) for option in options] == [1, 30, 5, 3]
        connection.close()
