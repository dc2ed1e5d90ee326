"""What `ragline eval capacity` cannot measure, it refuses."""

from __future__ import annotations

from typer.testing import CliRunner

from ragline_cli.main import app


def test_a_store_that_has_no_server_here_is_refused() -> None:
    asked = ["eval", "capacity", "--store", "pinecone", "--data", "any"]
    result = CliRunner().invoke(app, asked, env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert "pgvector, weaviate" in result.output
