"""Readers of event streams, who go on at another gateway when theirs is gone."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Sequence
from threading import Thread
from uuid import uuid4

import httpx

from .load import Load
from .stream import Stream

_TIMEOUT_S = 30.0
_PAUSE_S = 0.5
_POLL_S = 0.05
_GIVE_UP_S = 100.0  # later than the deadline of every question
_DEADLINE_S = 60.0


class Readers:
    """Ask and follow, in a thread; each accepted question is noted in the load.

    Args:
        gateways: their URLs; readers begin at each of them in turn.
        load: where accepted questions and streams are noted.
        count: how many readers.
    """

    def __init__(self, gateways: Sequence[str], load: Load, *, count: int) -> None:
        self.streams = [Stream() for _ in range(count)]
        self._gateways = list(gateways)
        self._load = load
        self._thread = Thread(target=lambda: asyncio.run(self._read()), daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._load.streams += self.streams
        self._thread.start()

    def wait_until_half_follow(self, seconds: float) -> None:
        """Wait until half of the streams have brought something, at most so long."""
        until = time.monotonic() + seconds
        while sum(bool(stream.last) for stream in self.streams) * 2 < len(self.streams):
            if time.monotonic() > until or not self._thread.is_alive():
                return
            time.sleep(_POLL_S)

    def join(self, seconds: float) -> None:
        """Wait until every stream has ended, at most so long."""
        self._thread.join(seconds)

    async def _read(self) -> None:
        async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
            reading = (self._one(client, n, stream) for n, stream in enumerate(self.streams))
            await asyncio.gather(*reading)

    async def _one(self, client: httpx.AsyncClient, number: int, stream: Stream) -> None:
        tenant, text = self._load.library.question()
        named = {"Ragline-Tenant": tenant, "Idempotency-Key": str(uuid4())}
        places = itertools.cycle(self._gateways[number % 2 :] + self._gateways[: number % 2])
        until = time.monotonic() + _GIVE_UP_S
        while stream.answer is None and time.monotonic() < until:
            try:
                gateway = next(places)
                if not stream.query_id:
                    await self._ask(client, gateway, text, named, stream)
                await self._follow(client, gateway, named, stream)
            except httpx.HTTPError:
                stream.breaks += 1
                await asyncio.sleep(_PAUSE_S)

    async def _ask(
        self,
        client: httpx.AsyncClient,
        gateway: str,
        text: str,
        named: dict[str, str],
        stream: Stream,
    ) -> None:
        body = {"text": text, "deadline_s": _DEADLINE_S}
        reply = await client.post(f"{gateway}v1/queries", json=body, headers=named)
        reply.raise_for_status()
        stream.query_id = reply.json()["query_id"]
        self._load.asked[stream.query_id] = time.time()

    async def _follow(
        self, client: httpx.AsyncClient, gateway: str, named: dict[str, str], stream: Stream
    ) -> None:
        url = f"{gateway}v1/queries/{stream.query_id}/events"
        event = ""
        async with client.stream(
            "GET", url, headers=named | {"Last-Event-ID": stream.last}
        ) as reply:
            reply.raise_for_status()
            async for line in reply.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "id":
                    stream.last = value
                elif name == "event":
                    event = value
                elif name == "data" and event == "answer":
                    stream.answer = json.loads(value)
                    return
        raise httpx.RemoteProtocolError("the stream ended without its answer")
