"""Jupyter notebooks: the text of the cells, the code, and what it printed; no pictures' bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ragline.errors import InvalidDocument
from ragline_ingestor.decoding import decode
from ragline_ingestor.document import Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.html import parse_html
from ragline_ingestor.parsers.markdown import parse_markdown

_Object = Mapping[str, object]
_FENCE = "`" * 5


def parse_notebook(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse a notebook of any version, as the Markdown that its cells come to.

    Raises:
        InvalidDocument: `not_text`, `too_large`, or `corrupt_notebook`.
    """
    try:
        notebook = json.loads(decode(content))
    except (ValueError, RecursionError) as error:
        raise InvalidDocument(
            "the notebook is no valid JSON: open and save it in Jupyter", code="corrupt_notebook"
        ) from error
    reader = _Reader(limits)
    parts = [part for cell in _cells(notebook) for part in reader.cell(cell, _language(notebook))]
    markdown = Content(data="\n\n".join(filter(None, parts)).encode(), charset="utf-8")
    document = parse_markdown(markdown, limits)
    return replace(document, warnings=(*document.warnings, *reader.warnings()))


class _Reader:
    """Turns cells into Markdown and counts the pictures that no text describes."""

    def __init__(self, limits: ParseLimits) -> None:
        self._limits = limits
        self._pictures = 0

    def cell(self, cell: _Object, language: str) -> Iterator[str]:
        """Yield the Markdown of a cell and of what it printed."""
        kind = cell.get("cell_type")
        source = _text(cell.get("source", cell.get("input"))).strip("\n")
        if kind == "code":
            yield _fenced(source, language)
        elif kind == "heading":  # up to version 3
            level = cell.get("level")
            yield f"{'#' * (level if isinstance(level, int) and 0 < level < 7 else 1)} {source}"
        else:
            yield source
        for output in _objects(cell.get("outputs")):
            yield from self._output(output)

    def warnings(self) -> Iterator[str]:
        """Yield what is missing in the text."""
        if self._pictures:
            yield (
                f"{self._pictures} pictures in the outputs have no description: text in them is"
                " not indexed"
            )

    def _output(self, output: _Object) -> Iterator[str]:
        data = output.get("data", output)
        shown: _Object = data if isinstance(data, dict) else {}
        html = _text(shown.get("text/html", shown.get("html")))
        markdown = _text(shown.get("text/markdown"))
        plain = _text(shown.get("text/plain", shown.get("text", output.get("text"))))
        trace = "\n".join(filter(None, [_text(output.get("ename")), _text(output.get("evalue"))]))
        if html and (text := self._html(html)):
            yield text
        elif markdown:
            yield markdown
        elif any(name.startswith("image/") or name in ("png", "jpeg", "svg") for name in shown):
            # beside it stands `<Figure size 640x480 with 1 Axes>`
            self._pictures += 1
        elif plain.strip():
            yield _fenced(plain, "")
        if trace:
            yield _fenced(trace, "")

    def _html(self, html: str) -> str:
        return parse_html(Content(data=html.encode(), charset="utf-8"), self._limits).text


def _cells(notebook: object) -> Iterator[_Object]:
    """Yield the cells; up to version 3 they are in worksheets.

    Raises:
        InvalidDocument: `corrupt_notebook`: there is no list of cells.
    """
    holder: _Object = notebook if isinstance(notebook, dict) else {}
    holders = [holder, *_objects(holder.get("worksheets"))]
    if not any("cells" in each for each in holders):
        raise InvalidDocument("the notebook has no cells: is it one?", code="corrupt_notebook")
    for each in holders:
        yield from _objects(each.get("cells"))


def _objects(value: object) -> list[_Object]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _language(notebook: object) -> str:
    holder = notebook if isinstance(notebook, dict) else {}
    for name in ("language_info", "kernelspec"):
        about = holder.get("metadata")
        found = about.get(name) if isinstance(about, dict) else None
        stated = found.get("name", found.get("language")) if isinstance(found, dict) else None
        if isinstance(stated, str) and stated.isalnum():
            return stated
    return "python"


def _text(value: object) -> str:
    lines = value if isinstance(value, list) else [value]
    return "".join(line for line in lines if isinstance(line, str))


def _fenced(code: str, language: str) -> str:
    code = code.strip("\n")
    fence = _FENCE if "```" in code else "```"
    return f"{fence}{language}\n{code}\n{fence}" if code.strip() else ""
