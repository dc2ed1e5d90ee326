"""The factory loads only what is configured."""

import subprocess
import sys

import pytest
from pydantic import SecretStr

from ragline.adapters.stores.opening import open_reader, open_store
from ragline.errors import Misconfigured
from ragline.settings import StoreKind, VectorStoreSettings

PROBE = (
    "import sys, ragline.adapters.stores.opening as s; "
    "before = {'asyncpg', 'weaviate'} & set(sys.modules); "
    "settings = s.VectorStoreSettings(kind='pgvector'); "
    "OPEN; "
    "print(before, 'asyncpg' in sys.modules, 'weaviate' in sys.modules)"
)


@pytest.mark.parametrize(
    "opening", ["s.open_store(settings, fingerprint='m', dimensions=8)", "s.open_reader(settings)"]
)
def test_a_process_loads_only_the_client_that_it_uses(opening: str) -> None:
    code = [sys.executable, "-W", "ignore", "-c", PROBE.replace("OPEN", opening)]
    output = subprocess.run(code, capture_output=True, text=True, check=True).stdout
    assert output == "set() True False\n"


@pytest.mark.parametrize(
    "settings",
    [
        VectorStoreSettings(kind=kind, url=SecretStr(url))
        for kind, url in (
            (StoreKind.PGVECTOR, "http://localhost:8080"),
            (StoreKind.WEAVIATE, "postgresql://localhost/db"),
            (StoreKind.WEAVIATE, "localhost:8080"),
            (StoreKind.WEAVIATE, "http://localhost:50051"),
            (StoreKind.WEAVIATE, "http://localhost:80800"),
        )
    ],
    ids=str,
)
async def test_an_url_of_the_wrong_kind_is_refused_with_the_setting_to_change(
    settings: VectorStoreSettings,
) -> None:
    with pytest.raises(Misconfigured, match="RAGLINE_VECTOR_STORE__URL"):
        async with open_store(settings, fingerprint="m", dimensions=8):
            pass
    with pytest.raises(Misconfigured, match="RAGLINE_VECTOR_STORE__URL"):
        async with open_reader(settings):
            pass
