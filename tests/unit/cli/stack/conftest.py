"""A server that answers each connection as a test wants, byte by byte."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress

import pytest

# Answers with these bytes, and keeps the connection open or closes it; returns the URL
RawServer = Callable[..., str]


@pytest.fixture
def raw_server() -> Iterator[RawServer]:
    """Start servers on loopback that send given bytes to whoever connects."""
    with ExitStack() as stack:

        def start(answer: bytes, *, closes: bool = True) -> str:
            listener = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
            over = threading.Event()
            stack.callback(over.set)

            def serve() -> None:
                with suppress(OSError):  # closed at the end of the test
                    while True:
                        connection, _ = listener.accept()
                        with connection:
                            connection.recv(65_536)
                            connection.sendall(answer)
                            if not closes:
                                over.wait()

            threading.Thread(target=serve, daemon=True).start()
            return f"http://127.0.0.1:{listener.getsockname()[1]}/"

        yield start
