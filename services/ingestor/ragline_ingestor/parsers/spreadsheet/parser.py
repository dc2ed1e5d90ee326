"""XLSX: the tables of each sheet as a reader sees them, below the sheet's name."""

from __future__ import annotations

from dataclasses import replace
from zipfile import BadZipFile

from ragline.errors import InvalidDocument
from ragline_ingestor.document import BlockKind, Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.grid.writer import GridWriter
from ragline_ingestor.parsers.safe_xml import XMLSyntaxError
from ragline_ingestor.parsers.spreadsheet.drawings import texts_on
from ragline_ingestor.parsers.spreadsheet.losses import SheetLoss, SheetLosses
from ragline_ingestor.parsers.spreadsheet.package import Package
from ragline_ingestor.parsers.spreadsheet.sheet import SheetReader
from ragline_ingestor.parsers.spreadsheet.workbook import read_workbook
from ragline_ingestor.parsers.text_budget import TextBudget


def parse_xlsx(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse XLSX; the title is the workbook's property.

    Raises:
        InvalidDocument: `corrupt_xlsx`, or `too_large`: files, bytes, cells or text when unpacked.
    """
    try:
        return _parsed(Package(content.data, limits), limits)
    except (BadZipFile, XMLSyntaxError, ValueError, EOFError, NotImplementedError) as error:
        raise InvalidDocument(
            "the XLSX file is damaged or has a password: save it again in a spreadsheet program",
            code="corrupt_xlsx",
        ) from error


def _parsed(package: Package, limits: ParseLimits) -> ParsedDocument:
    workbook = read_workbook(package)
    losses = SheetLosses()
    builder = TextBuilder()
    writer = GridWriter(builder, level=2)
    reader = SheetReader(package, workbook, losses, TextBudget(limits).spend, limits)
    for sheet in workbook.sheets:
        if sheet.is_hidden:
            losses.add(SheetLoss.SHEET, sheet.name)
            continue
        rows = reader.rows(sheet)
        notes = texts_on(package, sheet, losses)
        if rows or notes:
            builder.add(BlockKind.HEADING, sheet.name, level=1)
        writer.write(rows)
        for note in notes:
            builder.add(BlockKind.PARAGRAPH, note)
    document = builder.build(warnings=losses.warnings())
    # the first sheet's name is no title
    return replace(document, title=workbook.title)
