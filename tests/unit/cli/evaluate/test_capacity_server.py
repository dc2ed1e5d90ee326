from pathlib import Path

import pytest

from ragline.settings import StoreKind
from ragline_cli.evaluate import capacity_server
from ragline_cli.evaluate.capacity_server import MEASURED
from ragline_cli.stack import chroma, postgres, qdrant, weaviate


@pytest.mark.parametrize("kind", MEASURED)
def test_each_store_is_measured_on_its_own_server(
    kind: StoreKind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (chroma, postgres, qdrant, weaviate):
        monkeypatch.setattr(module, "choose_port", lambda wanted: wanted or 20_000)
    server, address = capacity_server.server_of(kind, tmp_path, 64)
    assert server.name == {StoreKind.PGVECTOR: "postgres"}.get(kind, kind.value)
    assert "127.0.0.1:20000" in address["url"].get_secret_value()
