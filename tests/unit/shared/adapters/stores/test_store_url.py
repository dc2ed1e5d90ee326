"""The store's URL: stated, or in a file that may change."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragline.adapters.stores.store_url import StoreUrl, store_url
from ragline.errors import Misconfigured
from ragline.settings import VectorStoreSettings


def test_a_stated_url_is_taken() -> None:
    assert store_url(VectorStoreSettings()) == "http://localhost:8080"


def test_a_changed_file_is_read_again_and_not_missed_while_it_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://u:first@host/db\n")
    url = StoreUrl(VectorStoreSettings(url_file=str(file)))
    assert url() == "postgresql://u:first@host/db"
    file.write_text("postgresql://u:second@host/db\n")
    assert url() == "postgresql://u:second@host/db"
    file.write_text("")
    assert url() == "postgresql://u:second@host/db"
    file.unlink()
    assert url() == "postgresql://u:second@host/db"


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "cannot be read"), (b"\n", "is empty"), (b"\xff", "cannot be read")],
)
def test_a_file_without_a_url_is_named_at_once(
    tmp_path: Path, content: bytes | None, told: str
) -> None:
    file = tmp_path / "url"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Misconfigured, match=f"RAGLINE_VECTOR_STORE__URL_FILE: {file} {told}"):
        store_url(VectorStoreSettings(url_file=str(file)))
