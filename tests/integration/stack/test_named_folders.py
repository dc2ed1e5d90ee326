"""Each server of the stack in a folder whose name has what configuration files and shells read.

And in a locale whose encoding has none of its letters: a user's home is named as they like.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import asyncpg
import httpx
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from redis import Redis

from ragline.cache_folder import cache_folder
from ragline_cli.stack.handles import (
    StackError,
    WeaviateServer,
    running,
    running_kafka,
    running_postgres,
    running_redis,
)
from ragline_cli.stack.server import Server

GiveUp = Callable[[str, StackError], NoReturn]
LOCALES = pytest.mark.parametrize(
    "locale",
    [
        "C",
        *(pytest.param(each, marks=pytest.mark.slow) for each in ("de_DE.ISO-8859-1", "C.UTF-8")),
    ],
)


@pytest.fixture
def folder(tmp_path: Path, locale: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LC_ALL", locale)
    return tmp_path / "Büro # 資料, 'a' \"b\" c\\u0064 $HOME = %s"


def lies_in(server: Server, folder: Path) -> bool:
    """Tell whether the data is where it was wanted, and not in a folder of a garbled name."""
    return server.folder == folder and [folder.name] == [
        each.name for each in folder.parent.iterdir()
    ]


@LOCALES
async def test_kafka_in_a_folder_of_any_name(folder: Path) -> None:
    with running_kafka(folder) as kafka:
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
        await admin.start()
        await admin.create_topics([NewTopic("t", 1, 1)])
        await admin.close()
        async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers) as producer:
            await producer.send_and_wait("t", b"kept")
        kafka.kill()
        kafka.start()
        async with AIOKafkaConsumer(
            "t", bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="earliest"
        ) as consumer:
            assert (await consumer.getone()).value == b"kept"
        assert (folder / "data" / "t-0").is_dir()
    assert lies_in(kafka, folder)


@LOCALES
def test_kafka_from_a_cache_of_any_name(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = cache_folder() / "maven"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    cache_folder().mkdir(parents=True)
    (cache_folder() / "maven").symlink_to(cached)
    with running_kafka(tmp_path_factory.mktemp("kafka")) as kafka:
        assert folder.name in " ".join(psutil.Process(kafka.pid).cmdline())


@LOCALES
async def test_postgres_in_a_folder_of_any_name(folder: Path) -> None:
    with running_postgres(folder) as postgres:
        connection = await asyncpg.connect(postgres.url)
        await connection.execute("CREATE TABLE t (v text)")
        await connection.execute("INSERT INTO t VALUES ('Ä資')")
        await connection.close()
        postgres.kill()
        postgres.start()
        connection = await asyncpg.connect(postgres.url)
        assert await connection.fetchval("SELECT v FROM t") == "Ä資"
        await connection.close()
    assert lies_in(postgres, folder)


@LOCALES
def test_redis_in_a_folder_of_any_name(folder: Path) -> None:
    with running_redis(folder) as redis:
        with Redis.from_url(redis.url) as client:
            client.set("k", "v")
        redis.stop()
        redis.start()
        with Redis.from_url(redis.url) as client:
            assert client.get("k") == b"v"
    assert lies_in(redis, folder)
    assert list(folder.glob("appendonly*"))


@LOCALES
def test_weaviate_in_a_folder_of_any_name(folder: Path, give_up: GiveUp) -> None:
    server = WeaviateServer(folder)
    try:
        server.start()
    except StackError as error:
        give_up("weaviate", error)
    with running(server):
        made = httpx.post(f"{server.url}/v1/schema", json={"class": "Thing"})
        assert made.status_code == 200, made.text
        server.kill()
        server.start()
        found = httpx.get(f"{server.url}/v1/schema").json()
        assert [each["class"] for each in found["classes"]] == ["Thing"]
    assert lies_in(server, folder)
    assert (folder / "data").is_dir()
