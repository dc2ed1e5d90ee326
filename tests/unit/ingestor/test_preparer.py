"""Parsing has a time limit."""

from __future__ import annotations

import threading

import pytest
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline.errors import InvalidDocument
from ragline_ingestor import parsers
from ragline_ingestor.document import Content, ParsedDocument, ParseLimits
from ragline_ingestor.preparer import Preparer


async def test_parsing_beyond_the_time_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def stuck(content: Content, limits: ParseLimits) -> ParsedDocument:
        release.wait(10)
        return ParsedDocument(text="", blocks=())

    monkeypatch.setattr(parsers, "PARSERS", {"text/stuck": stuck})
    preparer = Preparer(limits=LIMITS, sizes=SIZES, timeout_s=0.02)
    try:
        with pytest.raises(InvalidDocument) as caught:
            await preparer(Content(data=b"x"), media_type="text/stuck")
    finally:
        release.set()
    assert caught.value.code == "parse_timeout"
