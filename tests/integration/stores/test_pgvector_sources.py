"""A source is read from PostgreSQL by whoever may read it, and by accounts that may do no more."""

import uuid
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from asyncpg import Connection
from pydantic import SecretStr

from ragline.adapters.stores.opening import Store, open_reader, open_store
from ragline.errors import Misconfigured, Unavailable
from ragline.settings import StoreKind, VectorStoreSettings
from ragline.testing.store_contract.builders import (
    DIMENSIONS,
    FINGERPRINT,
    document,
    ref,
)


def opened(settings: VectorStoreSettings) -> AbstractAsyncContextManager[Store]:
    return open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)


@pytest.fixture
async def owner(postgres_url: str) -> AsyncIterator[Connection]:
    """A connection of the one who owns all."""
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


@pytest.fixture
async def account(
    owner: Connection, pgvector_settings: VectorStoreSettings
) -> AsyncIterator[VectorStoreSettings]:
    """The collection's settings, with an account that has no rights of its own."""
    name = f"reader_{uuid.uuid4().hex}"
    await owner.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'p'")
    parts = urlsplit(pgvector_settings.url.get_secret_value())
    host = parts.netloc.rpartition("@")[2]
    url = urlunsplit(parts._replace(netloc=f"{name}:p@{host}"))
    yield pgvector_settings.model_copy(update={"url": SecretStr(url)})
    await owner.execute(f"DROP OWNED BY {name}")
    await owner.execute(f"DROP ROLE {name}")


def role(settings: VectorStoreSettings) -> str:
    return str(urlsplit(settings.url.get_secret_value()).username)


async def test_an_account_that_may_only_read_is_enough_also_before_the_collection_is_made(
    owner: Connection, pgvector_settings: VectorStoreSettings, account: VectorStoreSettings
) -> None:
    schema = pgvector_settings.collection
    async with open_reader(account) as reader:
        assert await reader.read(ref(), groups=()) is None
        assert not await owner.fetchval("SELECT to_regnamespace($1)", f'"{schema}"')
        async with opened(pgvector_settings) as store:
            await store.upsert(document())
        await owner.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO {role(account)}')
        await owner.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA "{schema}" TO {role(account)}')
        source = await reader.read(ref(), groups=())
        assert source is not None


async def test_missing_rights_are_misconfigured_and_not_an_unknown_document(
    owner: Connection, pgvector_settings: VectorStoreSettings, account: VectorStoreSettings
) -> None:
    async with opened(pgvector_settings) as store, open_reader(account) as reader:
        await store.upsert(document())
        with pytest.raises(Misconfigured, match="rights"):
            await reader.read(ref(), groups=())
        schema = pgvector_settings.collection
        await owner.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO {role(account)}')
        with pytest.raises(Misconfigured, match="rights"):
            await reader.read(ref(), groups=())


async def test_tables_of_the_same_name_elsewhere_are_not_the_collection(
    owner: Connection, pgvector_settings: VectorStoreSettings
) -> None:
    elsewhere = pgvector_settings.model_copy(update={"collection": f"U{uuid.uuid4().hex}"})
    async with opened(elsewhere) as store, open_reader(pgvector_settings) as reader:
        await store.upsert(document())
        await owner.execute("CREATE TABLE public.documents (tenant text)")
        try:
            assert await reader.read(ref(), groups=()) is None
        finally:
            await owner.execute("DROP TABLE public.documents")


async def test_a_lost_connection_is_transient_and_the_reader_recovers(
    owner: Connection, pgvector_settings: VectorStoreSettings
) -> None:
    async with opened(pgvector_settings) as store, open_reader(pgvector_settings) as reader:
        await store.upsert(document())
        await owner.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE application_name = 'ragline'"
        )
        with suppress(Unavailable):
            await reader.ping()
        assert await reader.read(ref(), groups=()) is not None


async def test_a_server_that_is_down_is_unavailable(free_port: int) -> None:
    settings = VectorStoreSettings(
        kind=StoreKind.PGVECTOR, url=SecretStr(f"postgresql://u:p@127.0.0.1:{free_port}/db")
    )
    with pytest.raises(Unavailable, match="RAGLINE_VECTOR_STORE__URL"):
        async with open_reader(settings):
            pass


async def test_a_table_that_somebody_locks_is_unavailable_within_the_limit(
    owner: Connection, pgvector_settings: VectorStoreSettings
) -> None:
    hasty = pgvector_settings.model_copy(update={"timeout_s": 0.5})
    async with opened(pgvector_settings), open_reader(hasty) as reader, owner.transaction():
        await owner.execute(f'LOCK TABLE "{hasty.collection}".documents IN ACCESS EXCLUSIVE MODE')
        with pytest.raises(Unavailable, match="TIMEOUT_S"):
            await reader.read(ref(), groups=())
