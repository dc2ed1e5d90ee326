"""From feedback on a real Kafka to figures on a real store."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

from tests.integration.cli.feedback.conftest import Cluster, Tenant
from typer.testing import CliRunner

from ragline_cli.main import app

from .conftest import QUESTIONS, TOPICS


def test_a_set_from_feedback_is_evaluated(
    kafka_bootstrap: str, environment: dict[str, str], tmp_path: Path
) -> None:
    cluster, tenant = Cluster(kafka_bootstrap), Tenant(f"t{uuid4().hex[:12]}")
    cluster.publish(
        *(tenant.document(f"{name}.md", f"# {name}\n\n{text}") for name, text in TOPICS.items()),
        *(
            tenant.answer(name, question, f"{answer} [1]", f"{name}.md")
            for name, (question, answer) in QUESTIONS.items()
        ),
        tenant.says("queues", "up"),
        tenant.says("alarms", "up", marker=1),
    )
    data, out = tmp_path / tenant.name, tmp_path / "out"
    cluster.json("export", str(data), "--tenant", tenant.name, "--since", "1d")
    for kind in ("retrieval", "answers"):
        command = ["eval", kind, "--data", str(data), "--out", str(out / kind)]
        result = CliRunner().invoke(app, command, env=environment, catch_exceptions=False)
        assert result.exit_code == 0, result.output
    retrieval, answers = (
        json.loads((out / kind / "report.json").read_text()) for kind in ("retrieval", "answers")
    )
    assert retrieval["ingest"]["outcomes"] == {"indexed": 3}
    assert retrieval["results"]["balanced"]["nDCG@10"] == 1.0
    assert answers["statuses"] == {"answered": 2}
    assert answers["results"]["token_recall"] > 0.8
