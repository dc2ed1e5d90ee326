"""What lies on a sheet: notes at cells, text boxes, titles of charts, pictures' descriptions."""

from __future__ import annotations

from collections.abc import Iterator

from ragline_ingestor.parsers.grid.cells import one_line
from ragline_ingestor.parsers.safe_xml import Element, XMLSyntaxError, name_of
from ragline_ingestor.parsers.spreadsheet.losses import SheetLoss, SheetLosses
from ragline_ingestor.parsers.spreadsheet.package import Package
from ragline_ingestor.parsers.spreadsheet.workbook import Sheet, text_of


def texts_on(package: Package, sheet: Sheet, losses: SheetLosses) -> list[str]:
    """Return the texts, a line each; notes with their cells."""
    texts: list[str] = []
    try:
        texts += _notes(package, sheet)
        for part in package.related(sheet.part, "drawing"):
            root = package.root(part)
            if root is not None:
                texts += _shapes(root, losses, sheet)
            for chart in package.related(part, "chart"):
                texts += _paragraphs(package.root(chart))
    except XMLSyntaxError:
        losses.add(SheetLoss.DRAWING, sheet.name)
    return list(filter(None, texts))


def _notes(package: Package, sheet: Sheet) -> Iterator[str]:
    threaded: dict[str, list[str]] = {}
    for part in package.related(sheet.part, "threadedComment"):
        for note in package.elements(part, "threadedComment"):
            text = next((one_line(each.text or "") for each in note.iterfind("{*}text")), "")
            threaded.setdefault(note.get("ref", ""), []).append(text)
    for ref, replies in threaded.items():
        yield f"Note at {ref}: {' '.join(replies)}"
    for part in package.related(sheet.part, "comments"):
        for note in package.elements(part, "comment"):
            ref = note.get("ref", "")
            text = one_line(" ".join(map(text_of, note.iterfind("{*}text"))))
            if ref not in threaded and text:
                yield f"Note at {ref}: {text}"


def _shapes(root: Element, losses: SheetLosses, sheet: Sheet) -> Iterator[str]:
    yield from _paragraphs(root)
    for picture in root.iter("{*}pic"):
        described = (
            each.get("descr") or each.get("title") or "" for each in picture.iter("{*}cNvPr")
        )
        text = one_line(next(described, ""))
        if text:
            yield text
        else:
            losses.add(SheetLoss.PICTURE, sheet.name)


def _paragraphs(root: Element | None) -> Iterator[str]:
    """Yield the paragraphs of DrawingML below `root`."""
    for paragraph in root.iter("{*}p") if root is not None else ():
        runs = (each for each in paragraph.iter("{*}t", "{*}br"))
        yield one_line("".join(" " if name_of(run) == "br" else run.text or "" for run in runs))
