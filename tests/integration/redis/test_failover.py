"""The server changes under open connections: a failover, emptied scripts, other rights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from uuid import uuid4

import pytest
from redis import Redis as AdminClient
from tests.chaos.proxy import Proxy

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.entries import NewEntry, add_entries
from ragline.adapters.redis.ledger import RedisAnswerLedger
from ragline.contracts.base import QueryRef
from ragline.errors import CredentialsRefused, Unavailable
from ragline.ports.answers import Attempt
from ragline.settings import RedisSettings
from ragline_cli.stack.redis import RedisServer
from ragline_cli.stack.server import running


class Pair:
    """A master and its replica behind one address, which leads to the master."""

    def __init__(self, master: RedisServer, replica: RedisServer, address: Proxy) -> None:
        self._master = master
        self._replica = replica
        self._address = address
        with closing(AdminClient.from_url(replica.url)) as there:
            there.config_set("masterauth", _password(master))
            there.replicaof("127.0.0.1", str(master.port))

    @property
    def url(self) -> str:
        return f"redis://:{_password(self._master)}@127.0.0.1:{self._address.port}/0"

    def fail_over(self) -> None:
        """Make the replica the master and lead new connections there; open ones stay."""
        with (
            closing(AdminClient.from_url(self._master.url)) as old,
            closing(AdminClient.from_url(self._replica.url)) as new,
        ):
            old.wait(1, 0)
            new.config_set("requirepass", _password(self._master))
            new.replicaof("NO", "ONE")
            old.config_set("masterauth", _password(self._master))
            old.replicaof("127.0.0.1", str(self._replica.port))
        self._address.target = self._replica.port


def _password(server: RedisServer) -> str:
    return server.url.split("@")[0].removeprefix("redis://:")


@pytest.fixture
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with ExitStack() as stack:
        master, replica = (
            stack.enter_context(running(RedisServer(tmp_path_factory.mktemp(name))))
            for name in ("master", "replica")
        )
        address = stack.enter_context(Proxy(master.port))
        yield Pair(master, replica, address)


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis of the test's own, to reconfigure."""
    with running(RedisServer(tmp_path_factory.mktemp("redis"))) as started:
        yield started


def settings_of(url: str) -> RedisSettings:
    return RedisSettings.model_validate({"url": url})


async def test_a_claim_follows_a_failover(pair: Pair) -> None:
    """The demoted master says READONLY on its open connection, for ever."""
    before, after = Attempt(QueryRef("acme", str(uuid4()))), Attempt(QueryRef("acme", str(uuid4())))
    async with open_redis(settings_of(pair.url)) as redis:
        ledger = RedisAnswerLedger(redis, ttl_s=60, lease_s=6)
        assert await ledger.claim(before, b"first") == b"first"
        pair.fail_over()

        assert await ledger.claim(after, b"answer") == b"answer"
        assert await ledger.claim(before, b"second") == b"first"


async def test_a_reservation_and_a_token_stream_follow_a_failover(pair: Pair) -> None:
    entry = NewEntry(QueryRef("acme", str(uuid4())), "1-0", {"attempt": 1, "seq": 0, "delta": ""})
    async with open_redis(settings_of(pair.url)) as redis:
        ledger = RedisAnswerLedger(redis, ttl_s=60, lease_s=6)
        reservation = await ledger.reserve(Attempt(QueryRef("acme", str(uuid4()))))
        assert reservation is not None
        pair.fail_over()

        with pytest.raises(Exception, match="read only"):  # told once, then on a new connection
            await add_entries(redis, [entry], maxlen=10, ttl_s=60)
        await add_entries(redis, [entry], maxlen=10, ttl_s=60)
        await reservation.renew()


async def test_scripts_that_the_server_forgot_are_loaded_again(server: RedisServer) -> None:
    async with open_redis(settings_of(server.url)) as redis:
        ledger = RedisAnswerLedger(redis, ttl_s=60, lease_s=6)
        attempt = Attempt(QueryRef("acme", str(uuid4())))
        reservation = await ledger.reserve(attempt)
        assert reservation is not None
        await reservation.renew()
        await redis.script_flush()

        await reservation.renew()
        await redis.script_flush()
        await reservation.release()

        assert await ledger.reserve(attempt) is not None


async def test_an_outage_names_its_cause_while_redis_is_not_asked(server: RedisServer) -> None:
    async with open_redis(settings_of(server.url)) as redis:
        ledger = RedisAnswerLedger(redis, ttl_s=60, lease_s=6, cooldown_s=60)
        with closing(AdminClient.from_url(server.url, single_connection_client=True)) as admin:
            admin.config_set("requirepass", "another")
        with pytest.raises(CredentialsRefused):
            await ledger.claim(Attempt(QueryRef("acme", "q")), b"answer")
        with pytest.raises(Unavailable, match=r"not asked again yet after: .* refuses"):
            await ledger.claim(Attempt(QueryRef("acme", "q")), b"answer")
