"""Content is read inline, or from a URI by rule."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

import fsspec
import pytest

from ragline.contracts.documents import DocumentChanged
from ragline.errors import InvalidDocument, Misconfigured, RaglineError, RateLimited, SourceAway
from ragline_ingestor.document import Content
from ragline_ingestor.fetcher import Fetcher
from ragline_ingestor.file_reader import FileReader
from ragline_ingestor.uri_rules import UriRules


def _event(**fields: Any) -> DocumentChanged:
    return DocumentChanged(document_id="d", version=1, **fields)


def _fetcher(**overrides: Any) -> Fetcher:
    arguments: dict[str, Any] = {
        "rules": UriRules(allowed=("memory://docs/", "slow://docs/", "file:///"), private_hosts=()),
        "readers": {"slow": _never, "memory": _read, "": FileReader(max_bytes=100)},
        "max_bytes": 100,
        "timeout_s": 0.01,
    }
    return Fetcher(**(arguments | overrides))


async def _never(uri: str) -> Content:
    await asyncio.Event().wait()
    raise AssertionError


async def _read(uri: str) -> Content:
    return Content(data=uri.encode(), media_type="text/html", charset="latin-1")


async def _code(fetcher: Fetcher, **fields: Any) -> str:
    with pytest.raises(InvalidDocument) as caught:
        await fetcher(_event(**fields))
    return caught.value.code


async def test_inline_text_is_utf_8() -> None:
    content = await _fetcher()(_event(content="مرحبا", media_type="text/markdown; charset=cp1256"))
    assert content == Content(data="مرحبا".encode(), media_type="text/markdown", charset="utf-8")


async def test_inline_base64_is_decoded_and_keeps_the_declared_charset() -> None:
    encoded = base64.encodebytes(b"\xff" * 60).decode()
    content = await _fetcher()(
        _event(content=encoded, content_encoding="base64", media_type="text/plain;charset=cp1252")
    )
    assert content == Content(data=b"\xff" * 60, media_type="text/plain", charset="cp1252")


async def test_broken_base64_is_refused() -> None:
    assert await _code(_fetcher(), content="abc", content_encoding="base64") == "invalid_base64"
    assert await _code(_fetcher(), content="äöüß", content_encoding="base64") == "invalid_base64"


async def test_content_over_the_limit_is_refused() -> None:
    assert await _code(_fetcher(), content="x" * 101) == "too_large"


async def test_what_the_event_states_goes_before_what_the_source_says() -> None:
    fetcher = _fetcher()
    plain = await fetcher(_event(content_uri="memory://docs/a"))
    stated = await fetcher(_event(content_uri="memory://docs/a", media_type="text/markdown"))
    assert (plain.media_type, stated.media_type) == ("text/html", "text/markdown")


async def test_a_uri_outside_the_rules_is_never_read() -> None:
    assert await _code(_fetcher(), content_uri="http://169.254.169.254/latest") == "forbidden_uri"


async def test_a_slow_source_is_away() -> None:
    with pytest.raises(SourceAway, match=r"0\.01 s"):
        await _fetcher()(_event(content_uri="slow://docs/a"))


async def test_a_source_that_asks_to_slow_down_is_away_for_as_long() -> None:
    async def refuses(_uri: str) -> Content:
        raise RateLimited("slow down", retry_after=7)

    with pytest.raises(SourceAway) as caught:
        await _fetcher(readers={"slow": refuses})(_event(content_uri="slow://docs/a"))
    assert (caught.value.code, caught.value.retry_after) == ("rate_limited", 7)


@pytest.mark.parametrize(
    "reader",
    [
        _never,
        FileReader(max_bytes=100),
    ],
)
async def test_of_an_address_only_what_is_no_secret_is_told(
    reader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(uri: str, mode: str) -> None:
        raise OSError(f"403 of {uri} ({mode})")

    monkeypatch.setattr(fsspec, "open", refused)
    fetcher = _fetcher(readers={"slow": reader}, timeout_s=0.01 if reader is _never else 10)
    with pytest.raises(SourceAway) as caught:
        await fetcher(_event(content_uri="slow://docs/a.md?X-Amz-Signature=hunter2#hunter2"))

    assert str(caught.value).startswith("slow://docs/a.md?[hidden] ")
    assert "hunter2" not in str(caught.value)


async def test_files_are_read_up_to_the_limit(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"# Hello")
    (tmp_path / "b.md").write_bytes(b"x" * 101)
    fetcher = _fetcher(timeout_s=10)
    assert (await fetcher(_event(content_uri=f"file://{tmp_path}/a.md"))).data == b"# Hello"
    assert await _code(fetcher, content_uri=f"file://{tmp_path}/b.md") == "too_large"
    assert await _code(fetcher, content_uri=f"file://{tmp_path}/c.md") == "fetch_failed"
    assert await _code(fetcher, content_uri=f"file://{tmp_path}") == "fetch_failed"


async def test_object_stores_are_read_through_fsspec() -> None:
    fsspec.filesystem("memory").pipe("/docs/a.md", b"stored")
    assert (await FileReader(max_bytes=100)("memory://docs/a.md")).data == b"stored"


@pytest.mark.parametrize(
    ("uri", "error"),
    [
        ("simplecache::memory://docs/a.md", InvalidDocument),
        ("no-such-scheme://docs/a.md", Misconfigured),
    ],
)
async def test_chained_and_unknown_file_systems_are_refused(
    uri: str, error: type[RaglineError]
) -> None:
    with pytest.raises(error):
        await FileReader(max_bytes=100)(uri)
