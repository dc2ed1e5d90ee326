"""The pipeline as a compared system."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ragline.contracts.answers import AnswerStatus, Citation, QueryAnswered
from ragline.contracts.queries import QuerySubmitted
from ragline_cli.ask.asker import open_asker
from ragline_cli.evaluate.compare.kafka_system import KafkaSystem

if TYPE_CHECKING:
    from tests.unit.cli.conftest import FakeKafka, Sent


def citation(marker: int, document: str) -> Citation:
    return Citation(
        marker=marker,
        chunk_id=f"{document}@1#0",
        document_id=document,
        version=1,
        start=0,
        end=1,
        quote="x",
    )


async def test_documents_are_those_cited_and_statuses_are_counted(fake_kafka: FakeKafka) -> None:
    def respond(sent: Sent) -> list[bytes]:
        query = QuerySubmitted.model_validate_json(sent.value)
        cited = [citation(1, "b"), citation(2, "a"), citation(3, "b")]
        answer = QueryAnswered(
            query_id=query.query_id,
            tenant=query.tenant,
            status=AnswerStatus.ANSWERED if query.text == "known?" else AnswerStatus.REFUSED,
            citations=cited if query.text == "known?" else (),
            answered_at=datetime(2026, 1, 5, tzinfo=UTC),
        )
        return [answer.to_json()]

    fake_kafka.respond = respond
    async with open_asker("k:1") as asker:
        system = KafkaSystem("pipeline", asker, tenant="t")
        assert await system.ask("known?") == ["b", "a"]
        assert await system.ask("unknown?") == []
        assert await system.ask("known?") == ["b", "a"]
    assert system.statuses == {"answered": 2, "refused": 1}
    assert len({sent.key for sent in fake_kafka.sent}) == 3
