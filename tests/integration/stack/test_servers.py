"""Each server of the stack, really started, crashed, restarted and stopped."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import NoReturn

import asyncpg
import httpx
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from redis import Redis
from tests.patience import PATIENCE_S

from ragline.contracts.topics import MAX_RECORD_BYTES
from ragline_cli.stack.handles import (
    Cancelled,
    StackError,
    WeaviateServer,
    running,
    running_kafka,
    running_postgres,
    running_redis,
)

GiveUp = Callable[[str, StackError], NoReturn]


async def make_topic(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        settings = {"max.message.bytes": str(MAX_RECORD_BYTES)}
        await admin.create_topics([NewTopic("t", 1, 1, topic_configs=settings)])
    finally:
        await admin.close()


async def produce(bootstrap: str, value: bytes) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", max_request_size=2 * MAX_RECORD_BYTES
    ) as producer:
        await producer.send_and_wait("t", value)


async def consume(bootstrap: str, count: int) -> list[bytes]:
    async with AIOKafkaConsumer(
        "t", bootstrap_servers=bootstrap, group_id="g", auto_offset_reset="earliest"
    ) as consumer:
        return [(await consumer.getone()).value for _ in range(count)]


async def test_kafka_keeps_its_records_through_a_crash(tmp_path: Path) -> None:
    with running_kafka(tmp_path) as kafka:
        await make_topic(kafka.bootstrap_servers)
        await produce(kafka.bootstrap_servers, b"before")
        address, first = kafka.bootstrap_servers, kafka.pid
        kafka.kill()
        assert kafka.pid is None
        kafka.start()
        assert (kafka.bootstrap_servers, kafka.pid == first) == (address, False)
        await produce(address, b"after")
        assert await consume(address, 2) == [b"before", b"after"]
        pid = kafka.pid
    assert pid is not None
    assert not psutil.pid_exists(pid)


def test_topics_are_not_waited_for_on_a_broker_that_has_ended(tmp_path: Path) -> None:
    with running_kafka(tmp_path) as kafka:
        kafka.create_topics()
        kafka.create_topics()  # nothing to do
        stopped = Event()
        stopped.set()
        with pytest.raises(Cancelled):
            kafka.create_topics(stopped)
        kafka.kill()
        with pytest.raises(StackError, match="kafka ended while its topics were created"):
            kafka.create_topics()


async def test_kafka_takes_the_largest_record(tmp_path: Path) -> None:
    largest = b"x" * (MAX_RECORD_BYTES - 1024)
    with running_kafka(tmp_path) as kafka:
        await make_topic(kafka.bootstrap_servers)
        await produce(kafka.bootstrap_servers, largest)


async def test_kafka_goes_on_with_its_data_on_another_port(tmp_path: Path) -> None:
    with running_kafka(tmp_path) as kafka:
        await make_topic(kafka.bootstrap_servers)
        await produce(kafka.bootstrap_servers, b"kept")
    with running_kafka(tmp_path) as other:
        assert other.port != kafka.port
        assert await consume(other.bootstrap_servers, 1) == [b"kept"]


async def test_postgres_has_pgvector_and_keeps_its_data_through_a_crash(tmp_path: Path) -> None:
    with running_postgres(tmp_path) as postgres:
        connection = await asyncpg.connect(postgres.url)
        await connection.execute("CREATE TABLE t (v vector(2))")
        await connection.execute("INSERT INTO t VALUES ('[3,4]')")
        await connection.close()
        postgres.kill()
        postgres.start()
        connection = await asyncpg.connect(postgres.url)
        distance = await connection.fetchval("SELECT v <-> '[0,0]' FROM t")
        await connection.close()
    assert distance == 5.0


async def test_postgres_is_started_again_when_the_sessions_of_a_killed_one_have_ended(
    tmp_path: Path,
) -> None:
    with running_postgres(tmp_path) as postgres:
        connection = await asyncpg.connect(postgres.url)
        session = await connection.fetchval("SELECT pg_backend_pid()")
        os.kill(session, signal.SIGSTOP)
        postgres.kill()
        starting = asyncio.create_task(asyncio.to_thread(postgres.start))
        try:
            async with asyncio.timeout(PATIENCE_S):
                while "sessions" not in postgres.activity and not starting.done():
                    await asyncio.sleep(0.01)
        finally:
            os.kill(session, signal.SIGCONT)
        await starting
        connection.terminate()
        assert postgres.running


async def test_postgres_asks_for_the_password(tmp_path: Path) -> None:
    with running_postgres(tmp_path) as postgres:
        stranger = f"postgresql://postgres:guess@127.0.0.1:{postgres.port}/postgres"
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(stranger)


def test_postgres_whose_password_is_not_ours_is_not_waited_for(tmp_path: Path) -> None:
    with running_postgres(tmp_path):
        pass
    (tmp_path / "password").write_text("another")
    with (
        pytest.raises(StackError, match="PostgreSQL cannot be used: password"),
        running_postgres(tmp_path),
    ):
        pass


def test_redis_keeps_its_data_through_a_stop(tmp_path: Path) -> None:
    with running_redis(tmp_path) as redis:
        with Redis.from_url(redis.url) as client:
            client.set("k", "v")
        redis.stop()
        redis.start()
        with Redis.from_url(redis.url) as client:
            assert client.get("k") == b"v"


def listeners(server: WeaviateServer) -> dict[int, str]:
    connections = psutil.Process(server.pid).net_connections("inet")
    return {c.laddr.port: c.laddr.ip for c in connections if c.status == psutil.CONN_LISTEN}


def test_weaviate_comes_back_after_a_crash_and_needs_its_key(
    tmp_path: Path, give_up: GiveUp
) -> None:
    server = WeaviateServer(tmp_path, api_key="secret")
    try:
        server.start()
    except StackError as error:
        give_up("weaviate", error)
    with running(server):
        server.kill()
        server.start()
        assert status_code(server, key=None) == 401
        assert status_code(server, key="secret") == 200


def test_weaviate_listens_elsewhere_only_where_it_cannot_be_told(
    weaviate: WeaviateServer,
) -> None:
    open_ports = {port for port, ip in listeners(weaviate).items() if ip != "127.0.0.1"}
    # the two ports that ask for a secret: gRPC (API key) and cluster data (basic auth)
    assert weaviate.grpc_port in open_ports
    assert len(open_ports) == 2


def status_code(server: WeaviateServer, *, key: str | None) -> int:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.get(f"{server.url}/v1/schema", headers=headers).status_code
