"""A minimal HTTP/1.1 client: a client library would need more CPU than the measured gateway."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Connection:
    """One kept-alive connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Send JSON and return the status and the answer."""
        data = json.dumps(body).encode()
        self.writer.write(
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\n\r\n".encode()
            + data
        )
        status, length = await self._head()
        return status, json.loads(await self.reader.readexactly(length))

    async def events(self, path: str) -> AsyncIterator[tuple[str, bytes]]:
        """Yield kind and data of each server-sent event until the stream closes."""
        self.writer.write(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        )
        status, _ = await self._head()
        if status != 200:
            raise ConnectionError(f"{path}: status {status}")
        kind = ""
        while line := await self.reader.readline():
            if line.startswith(b"event: "):
                kind = line[7:-1].decode()
            elif line.startswith(b"data: "):
                yield kind, line[6:]

    async def _head(self) -> tuple[int, int]:
        status = int((await self.reader.readline()).split()[1])
        length = 0
        while (line := await self.reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return status, length


async def connect(port: int) -> Connection:
    """Open a connection with small buffers."""
    return Connection(*await asyncio.open_connection("127.0.0.1", port, limit=2**16))
