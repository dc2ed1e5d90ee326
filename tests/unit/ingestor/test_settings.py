"""Settings that cannot work are refused at start."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from ragline_ingestor.app import SPEC
from ragline_ingestor.document import Ocr
from ragline_ingestor.settings import IngestorSettings, Settings


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGLINE_INGESTOR__ALLOWED_URIS", '["https://docs.example.com/"]')
    monkeypatch.setenv("RAGLINE_INGESTOR__CHUNK_TARGET", "600")
    own = Settings().ingestor
    assert (own.allowed_uris, own.chunk_target) == (("https://docs.example.com/",), 600)


@pytest.mark.parametrize(
    "sizes",
    [{"chunk_target": 100}, {"chunk_maximum": 700}, {"chunk_overlap": 800}],
    ids=["target below minimum", "maximum below target", "overlap of a whole chunk"],
)
def test_sizes_that_contradict_each_other_are_refused(sizes: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        IngestorSettings.model_validate(sizes)


def test_every_setting_is_described() -> None:
    assert all(field.description for field in IngestorSettings.model_fields.values())


def test_the_service_reads_both_document_topics_and_its_lane_for_scans() -> None:
    lanes = ["document-access", "documents.ocr"]
    assert [topic.name for topic in SPEC.inbound] == ["documents", *lanes]
    assert [topic.name for topic in SPEC.outbound] == ["document-status", *lanes]


def test_scanned_pages_wait_for_ocr_where_it_is_on() -> None:
    assert IngestorSettings().parse_limits().ocr is Ocr.OFF
    assert IngestorSettings(ocr=True).parse_limits().ocr is Ocr.LATER
