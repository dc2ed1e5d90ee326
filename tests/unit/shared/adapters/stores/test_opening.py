"""The factory loads only what is configured."""

import subprocess
import sys

import pytest
from pydantic import SecretStr

from ragline.adapters.stores.opening import open_inventory, open_reader, open_store
from ragline.errors import Misconfigured
from ragline.settings import StoreKind, VectorStoreSettings

PROBE = (
    "import sys, ragline.adapters.stores.opening as s; "
    "before = {'asyncpg', 'pinecone', 'weaviate'} & set(sys.modules); "
    "settings = s.VectorStoreSettings(kind='pgvector'); "
    "OPEN; "
    "print(before, 'asyncpg' in sys.modules, 'weaviate' in sys.modules)"
)


@pytest.mark.parametrize(
    "opening",
    [
        "s.open_store(settings, fingerprint='m', dimensions=8)",
        "s.open_reader(settings)",
        "s.open_inventory(settings)",
    ],
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
            (StoreKind.CHROMA, "postgresql://localhost/db"),
            (StoreKind.CHROMA, "localhost:8000"),
            (StoreKind.CHROMA, "http://localhost:80800"),
            (StoreKind.PINECONE, "postgresql://localhost/db"),
            (StoreKind.PINECONE, "api.pinecone.io"),
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


async def test_a_client_that_is_not_installed_is_named_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [each for each in sys.modules if each.startswith("ragline.adapters.stores.pine")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pinecone", None)  # importing it fails
    settings = VectorStoreSettings(kind=StoreKind.PINECONE)
    with pytest.raises(Misconfigured, match=r"pip install 'ragline\[pinecone\]'"):
        async with open_reader(settings):
            pass
    with pytest.raises(Misconfigured, match=r"pip install 'ragline\[pinecone\]'"):
        async with open_store(settings, fingerprint="m", dimensions=8):
            pass
    with pytest.raises(Misconfigured, match=r"pip install 'ragline\[pinecone\]'"):
        open_inventory(settings)
