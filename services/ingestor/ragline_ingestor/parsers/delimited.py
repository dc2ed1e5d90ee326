"""CSV and TSV: tables as spreadsheets export them, with any delimiter and with or without names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from clevercsv.detect import Detector

from ragline_ingestor.decoding import decode
from ragline_ingestor.document import Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.grid.cells import Cell, Row, one_line
from ragline_ingestor.parsers.grid.writer import GridWriter

_DELIMITERS = [",", ";", "\t", "|"]
_SAMPLE_CHARS = 16_000
# decoded text has no control characters
_NO_DELIMITER = "\x1f"
_SEPARATOR_LINE = "sep="
# a cell of more lines is what follows a quotation mark that is never closed
_MOST_LINES = 200


def parse_csv(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse a text whose lines are rows of cells.

    Raises:
        InvalidDocument: `not_text`.
    """
    text = decode(content)
    if len(text) > limits.text_chars:
        return ParsedDocument(text=text, blocks=())
    text, delimiter = _delimited(text)
    builder = TextBuilder()
    GridWriter(builder, level=1).write(_rows(text, delimiter))
    return builder.build()


def _delimited(text: str) -> tuple[str, str]:
    """Return `text` and what separates its cells; an Excel file may state that in a first line."""
    if text[: len(_SEPARATOR_LINE)].lower() == _SEPARATOR_LINE:
        first, _, rest = text.partition("\n")
        if stated := first[len(_SEPARATOR_LINE) :].strip(" \"'"):
            return rest, stated[0]
    sample = text[:_SAMPLE_CHARS]
    if len(text) > _SAMPLE_CHARS:
        sample = sample.rpartition("\n")[0] or sample
    found = Detector().detect(sample, delimiters=_DELIMITERS)
    delimiter = found.delimiter if found is not None else None
    return text, delimiter if delimiter in _DELIMITERS else _NO_DELIMITER


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    try:
        lines = _cells(text, delimiter)
        if any(cell.count("\n") > _MOST_LINES for line in lines for cell in line):
            lines = _cells(text, delimiter, quotes=False)
    except csv.Error:
        lines = _cells(text, delimiter, quotes=False)
    for number, line in enumerate(lines, start=1):
        texts = ((column, one_line(cell)) for column, cell in enumerate(line, start=1))
        yield Row(number, {at: Cell(text, number, at) for at, text in texts if text})


def _cells(text: str, delimiter: str, *, quotes: bool = True) -> list[list[str]]:
    # the limit is the process's, whose other readers keep theirs
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    return list(
        csv.reader(
            io.StringIO(text, newline=""),
            delimiter=delimiter,
            quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
            skipinitialspace=True,
        )
    )
