"""Weaviate over TLS with an API key, from a process that trusts its CA and from one that does not.

Both of its clients read their authorities from the environment, and once in a process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S
from tests.secured.secured_weaviate import KEY, SecuredWeaviate

USE = """
import asyncio
from ragline.adapters.stores.opening import has_collection, open_store
from ragline.errors import RaglineError
from ragline.settings import EnvironmentSettings, VectorStoreSettings
from ragline.testing.store_contract.builders import DIMENSIONS, FINGERPRINT, document

class Settings(EnvironmentSettings):
    vector_store: VectorStoreSettings = VectorStoreSettings()

async def use():
    settings = Settings().vector_store
    async with open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS) as store:
        await store.upsert(document("one"))
    print(await has_collection(settings))

try:
    asyncio.run(use())
except RaglineError as error:
    raise SystemExit(f"{type(error).__name__}: {error}")
"""


@pytest.fixture(scope="module")
def weaviate_tls(
    weaviate_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SecuredWeaviate]:
    """The session's server says whether this machine has Weaviate."""
    server = SecuredWeaviate(tmp_path_factory.mktemp("secured-weaviate"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


def use(server: SecuredWeaviate, cafile: Path, key: str = KEY) -> subprocess.CompletedProcess[str]:
    """Write a document, and look for its collection."""
    settings = {
        "RAGLINE_VECTOR_STORE__KIND": "weaviate",
        "RAGLINE_VECTOR_STORE__URL": server.url,
        "RAGLINE_VECTOR_STORE__GRPC_PORT": str(server.grpc_port),
        "RAGLINE_VECTOR_STORE__API_KEY": key,
        "RAGLINE_VECTOR_STORE__TIMEOUT_S": "30",
        "SSL_CERT_FILE": str(cafile),
        "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(cafile),
    }
    return subprocess.run(
        [sys.executable, "-c", USE],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_a_server_of_a_trusted_authority_is_written_to_and_read(
    weaviate_tls: SecuredWeaviate,
) -> None:
    done = use(weaviate_tls, weaviate_tls.cafile)
    assert (done.returncode, done.stdout.strip()) == (0, "True"), done.stderr


def test_a_server_of_another_authority_is_not_trusted(weaviate_tls: SecuredWeaviate) -> None:
    done = use(weaviate_tls, weaviate_tls.other_cafile)
    assert done.returncode == 1
    assert "certificate is not trusted" in done.stderr
    assert "SSL_CERT_FILE" in done.stderr


def test_a_wrong_key_is_refused_over_tls_and_not_told(weaviate_tls: SecuredWeaviate) -> None:
    done = use(weaviate_tls, weaviate_tls.cafile, key="wrong")
    assert "RAGLINE_VECTOR_STORE__API_KEY" in done.stderr
    assert "wrong" not in done.stderr
