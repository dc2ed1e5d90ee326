"""The format is what is declared, else what the name says, else what the bytes look like."""

from __future__ import annotations

import pytest

from ragline.contracts import media_types
from ragline_ingestor.document import Content
from ragline_ingestor.media_types import resolve_media_type, split_media_type


@pytest.mark.parametrize(
    ("declared", "names", "data", "expected"),
    [
        ("text/html", ("a.md",), b"x", media_types.HTML),
        ("text/x-markdown", ("a",), b"x", media_types.MARKDOWN),
        ("application/octet-stream", ("a.pdf",), b"x", media_types.PDF),
        (None, ("guide/Install.MD",), b"x", media_types.MARKDOWN),
        (None, ("17", "https://example.com/a.html?x=1.pdf"), b"x", media_types.HTML),
        (None, ("17",), b"%PDF-1.7", media_types.PDF),
        (None, ("17",), b"<!-- hi -->\n<!DOCTYPE html>", media_types.HTML),
        (None, ("17",), b"intro\n\n## Steps\n", media_types.MARKDOWN),
        (None, ("index.rst",), b"x", media_types.RST),
        (None, ("17",), b"Title\n=====\n\n.. note:: hi\n", media_types.RST),
        (None, ("a.rest",), b"x", media_types.RST),
        ("text/prs.fallenstein.rst", ("a",), b"x", media_types.RST),
        (None, ("17",), b"# MyST\n\n```{eval-rst}\n.. note:: hi\n```\n", media_types.MARKDOWN),
        (None, ("17",), b"just words", media_types.PLAIN),
        ("application/csv", ("a",), b"x", media_types.CSV),
        (None, ("a.TSV",), b"x", media_types.TSV),
        ("text/x-yaml", ("a",), b"x", media_types.YAML),
        (None, ("a.yml",), b"x", media_types.YAML),
        ("text/xml", ("a",), b"x", media_types.XML),
        (None, ("17",), b'<?xml version="1.0"?><a/>', media_types.XML),
        (None, ("a.ipynb",), b"{}", media_types.NOTEBOOK),
        (None, ("a.adoc",), b"x", media_types.ASCIIDOC),
        (None, ("a.ts",), b"x", "text/x-typescript"),
        ("application/javascript", ("a",), b"x", "text/javascript"),
        (None, ("picture.png",), b"just words", "image/png"),
    ],
)
def test_format(declared: str | None, names: tuple[str, ...], data: bytes, expected: str) -> None:
    assert resolve_media_type(Content(data=data, media_type=declared), names=names) == expected


def test_media_type_and_charset_are_parted() -> None:
    assert split_media_type('Text/HTML; Charset="UTF-8"') == ("text/html", "utf-8")
    assert split_media_type(None) == (None, None)


def test_comments_that_lead_to_nothing_are_looked_at_once() -> None:
    data = b"<!---->" * 40 + b"x"
    assert (
        resolve_media_type(Content(data=data, media_type=None), names=("17",)) == media_types.PLAIN
    )
