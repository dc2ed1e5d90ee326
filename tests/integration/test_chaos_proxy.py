"""The chaos suite's proxy, on real sockets."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread

import pytest
from tests.chaos.proxy import Proxy


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that says everything twice."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                Thread(target=answer, args=(connection,), daemon=True).start()

        def answer(connection: socket.socket) -> None:
            with connection, suppress(OSError):  # the proxy resets what it cuts
                while data := connection.recv(1_024):
                    connection.sendall(data * 2)

        Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=10)


def asked(client: socket.socket) -> bytes:
    client.sendall(b"ab")
    return client.recv(10)


def connect_and_ask(proxy: Proxy) -> None:
    """The reset may come as early as while connecting."""
    with connect(proxy) as client:
        asked(client)


def test_it_forwards_both_ways(echo: int) -> None:
    with Proxy(echo) as proxy, connect(proxy) as client:
        assert asked(client) == b"abab"


def test_a_cut_ends_what_is_open_and_turns_away_what_is_new_until_it_heals(echo: int) -> None:
    with Proxy(echo) as proxy:
        with connect(proxy) as client:
            assert asked(client) == b"abab"
            proxy.cut(refuse=True)
            with pytest.raises(ConnectionResetError):
                client.recv(10)
        with pytest.raises(ConnectionError):
            connect_and_ask(proxy)
        proxy.heal()
        with connect(proxy) as client:
            assert asked(client) == b"abab"


def test_delay_holds_data_back(echo: int) -> None:
    with Proxy(echo) as proxy, connect(proxy) as client:
        proxy.delay(0.3)
        started = time.monotonic()
        asked(client)
        assert time.monotonic() - started >= 0.6  # there and back


def test_a_server_that_is_away_is_a_reset() -> None:
    with socket.socket() as nobody:  # holds its port and does not listen
        nobody.bind(("127.0.0.1", 0))
        with Proxy(nobody.getsockname()[1]) as proxy, pytest.raises(ConnectionError):
            connect_and_ask(proxy)


def test_a_black_hole_takes_everything_and_gives_it_back_when_it_heals(echo: int) -> None:
    with Proxy(echo) as proxy, connect(proxy) as before:
        assert asked(before) == b"abab"
        proxy.hold()
        with connect(proxy) as during:
            for client in (before, during):
                client.settimeout(0.2)
                with pytest.raises(TimeoutError):
                    asked(client)
            proxy.heal()
            for client in (before, during):
                client.settimeout(10)
                assert client.recv(10) == b"abab"
