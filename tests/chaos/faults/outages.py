"""Dependencies that refuse our credentials, or are away for longer than anyone tries again."""

from __future__ import annotations

import time
from collections.abc import Iterator

from redis import Redis

from ..entries.short_retries import DELAYS_S
from ..layouts import OUTAGES
from ..llm import Mood
from .fault import Fault, Scene
from .language_model import moody

_REFUSED_S = 20.0  # longer than answers wait for a ledger that is down
_OTHER = "rotated"
_CALLS_S = 60.0  # what the attempts themselves may take, with their time limits


def faults() -> Iterator[Fault]:
    """Return refused credentials and the long outage."""
    yield Fault(
        name="refused by redis",
        about=f"Redis's password is another one for {_REFUSED_S:g} s",
        act=_redis_refuses,
        layout=OUTAGES,
    )
    yield Fault(
        name="refused by weaviate",
        about=f"the store's API key is another one for {_REFUSED_S:g} s",
        act=_store_refuses,
        layout=OUTAGES,
    )
    yield Fault(
        name="refused by llm",
        about=f"the language model refuses the key for {_REFUSED_S:g} s",
        act=moody(Mood.REFUSING, _REFUSED_S),
        layout=OUTAGES,
    )
    yield Fault(
        name="store outage longer than all retries",
        about=f"the store is away for {_away_s():g} s, retry topics wait {DELAYS_S} s",
        act=_store_away,
        layout=OUTAGES,
    )


def _redis_refuses(scene: Scene) -> None:
    server = scene.topology.redis.master()
    with Redis.from_url(server.url) as client:
        password = str(client.connection_pool.connection_kwargs["password"])
        client.config_set("requirepass", _OTHER)
        for proxy in scene.proxies("redis"):
            proxy.cut()  # connections that are open stay authenticated
        time.sleep(_REFUSED_S)
        client.config_set("requirepass", password)


def _store_refuses(scene: Scene) -> None:
    store = scene.topology.store
    key, store.api_key = store.api_key, _OTHER
    store.kill()
    store.start()
    time.sleep(_REFUSED_S)
    store.api_key = key
    store.kill()
    store.start()


def _store_away(scene: Scene) -> None:
    scene.topology.store.kill()
    time.sleep(_away_s())
    scene.topology.store.start()


def _away_s() -> float:
    return sum(DELAYS_S) + _CALLS_S
