"""The part of the chaos suite that every change must pass; `make chaos` runs all of it.

Only promises are asserted, never times.
"""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from tests.e2e.otlp_receiver import receiving_traces

from ragline.contracts.topics import STAGES, Service

from . import report
from .faults.catalogue import select
from .layouts import Layout
from .run import Script, run

SEED = 20_261
FAULTS = (
    "kill -9 generator,SIGTERM retriever,SIGSTOP 20 s ingestor,kill -9 broker,kill -9 weaviate,"
    "kill -9 redis,cut kafka,llm 429,poison,reindex"
)


@pytest.mark.usefixtures("weaviate_url")
def test_every_promise_holds_while_everything_fails_in_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while all of it is traced."""
    script = Script(
        seed=SEED,
        queries=150,
        changes=60,
        faults=select(FAULTS),
        spacing_s=4.0,
        warm_s=6.0,
        queries_per_s=2.0,
        # while an index is made anew, one busy process embeds each a second time and must catch up
        changes_per_s=0.3,
    )
    with receiving_traces() as traces:
        monkeypatch.setenv("RAGLINE_TRACES__ENDPOINT", traces.url)
        monkeypatch.setenv("RAGLINE_TRACES__SHARE", "1")
        outcome = run(script, tmp_path, say=logging.getLogger(__name__).info)
    found = outcome.findings
    assert {span.service for span in traces.spans} >= {f"ragline-{each}" for each in STAGES}
    logging.getLogger(__name__).info("%s", report.as_dict(outcome))
    assert found.broken == []
    assert found.queries >= script.queries
    assert found.changes >= script.changes
    assert found.answered > 0  # how many in time, and how many `expired`, depends on the machine
    assert found.dead_letters["invalid_key"] > 0


@pytest.mark.slow
@pytest.mark.usefixtures("weaviate_url")
def test_the_checker_sees_what_faststream_s_default_delivery_loses(tmp_path: Path) -> None:
    script = Script(
        seed=SEED,
        queries=60,
        changes=1,
        faults=[fault for _ in range(2) for fault in select("kill -9 generator")],
        spacing_s=8.0,
        warm_s=6.0,
        queries_per_s=6.0,
        changes_per_s=0.5,
        patience_s=5.0,
        layout=Layout(
            instances=1,
            work_s=3.0,
            modules={Service.GENERATOR: "tests.chaos.entries.ack_first"},
        ),
    )
    found = run(script, tmp_path, say=logging.getLogger(__name__).info).findings
    assert found.missing > 0
    assert any("without an answer" in promise for promise in found.broken)
