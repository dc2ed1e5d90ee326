"""`ragline eval retrieval` over a real store; a second run embeds nothing.

The store is one that others ask: afterwards it has none of the documents.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from ragline.adapters.stores.opening import open_inventory
from ragline.settings import StoreKind, VectorStoreSettings
from ragline_cli.main import app

from .conftest import TOPICS


def run(arguments: list[str], environment: dict[str, str], out: Path) -> dict[str, Any]:
    command = ["eval", "retrieval", *arguments, "--out", str(out)]
    result = CliRunner().invoke(app, command, env=environment, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert (out / "report.svg").read_text().startswith("<?xml")
    report: dict[str, Any] = json.loads((out / "report.json").read_text())
    return report


async def documents_in(environment: dict[str, str], dataset: str) -> list[str]:
    """The documents of a set that can be found in the store."""
    settings = VectorStoreSettings(
        kind=StoreKind.PGVECTOR, url=environment["RAGLINE_VECTOR_STORE__URL"]
    )
    async with open_inventory(settings) as inventory:
        tenants = [each for each in await inventory.tenants() if dataset in each]
        assert tenants
        return [name for each in tenants for name in await inventory.documents(each)]


def test_labelled_data(beir: Path, environment: dict[str, str], tmp_path: Path) -> None:
    first = run(["--data", str(beir)], environment, tmp_path / "first")
    assert first["ingest"]["outcomes"] == {"indexed": 3}
    assert first["results"]["balanced"]["nDCG@10"] == 1.0
    assert first["results"]["vector"]["searches"] == 1.0
    assert first["results"]["rerank"]["passages_read"] == 0
    assert first["degradations"]["rerank"] == {}  # by wording, which takes no model
    assert "| vector | 1.000 |" in (tmp_path / "first/report.md").read_text()

    assert not asyncio.run(documents_in(environment, beir.name))
    second = run(["--data", str(beir), "--configs", "keyword"], environment, tmp_path / "second")
    assert second["ingest"]["outcomes"] == {"indexed": 3}
    assert second["ingest"]["embedded"] == 0
    assert list(second["results"]) == ["keyword"]


def test_own_documents_without_labels(environment: dict[str, str], tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for name, text in TOPICS.items():
        (docs / f"{name}.md").write_text(f"# All about {name}\n\n{text}\n")
    found = run(["--documents", str(docs)], environment, tmp_path / "out")
    assert found["questions"] == 3
    assert "no labels" in found["origin"]
    assert found["results"]["keyword"]["MRR@10"] == 1.0


def test_nothing_to_measure_is_a_wrong_command_line(environment: dict[str, str]) -> None:
    result = CliRunner().invoke(app, ["eval", "retrieval"], env=environment)
    assert result.exit_code == 2
    assert "give --data DIR" in " ".join(result.output.split())
