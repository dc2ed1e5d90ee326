"""XLSX: what a reader of the sheets sees, with the names of columns and where each row is."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline.errors import InvalidDocument
from ragline_ingestor.chunking import chunk_document
from ragline_ingestor.document import Content, ParsedDocument
from ragline_ingestor.parsers.spreadsheet.parser import parse_xlsx
from ragline_ingestor.table_heads import with_repeated_heads


def book(*rows: list[object], title: str = "Prices") -> tuple[Workbook, Worksheet]:
    workbook = Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return workbook, sheet


def parsed(workbook: Workbook) -> ParsedDocument:
    out = io.BytesIO()
    workbook.save(out)
    return parse_xlsx(Content(data=out.getvalue()), LIMITS)


def packed(sheet: str, *, strings: str = "", workbook: str = "") -> bytes:
    """A workbook of one sheet, its XML as given."""
    out = io.BytesIO()
    relation = '<Relationship Id="r{}" Type="http://x/{}" Target="{}"/>'
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr(
            "_rels/.rels",
            f"<Relationships>{relation.format(1, 'officeDocument', 'xl/workbook.xml')}"
            "</Relationships>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f"<Relationships>{relation.format(1, 'worksheet', 'worksheets/sheet1.xml')}"
            f"{relation.format(2, 'sharedStrings', 'sharedStrings.xml')}</Relationships>",
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns:r="urn:r">{workbook}<sheets><sheet name="One" r:id="r1"/></sheets>'
            "</workbook>",
        )
        archive.writestr("xl/sharedStrings.xml", f"<sst>{strings}</sst>")
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet>{sheet}</worksheet>")
    return out.getvalue()


def test_a_row_stands_below_the_sheet_and_the_names() -> None:
    workbook, sheet = book(["Article", "No.", "Price", "From", "Ok"])
    sheet.append(["Alba", "00042", 149.5, date(2026, 3, 5), True])
    sheet.append(["Bora", "00043", 1234.5, datetime(2026, 3, 6, 14, 30), False])  # noqa: DTZ001
    sheet["C2"].number_format = '#,##0.00 "€"'
    assert parsed(workbook).text == (
        "Prices\n\n"
        "| Article | No. | Price | From | Ok | Cells |\n"
        "|---|---|---|---|---|---|\n"
        "| Alba | 00042 | 149.50 € | 2026-03-05 | TRUE | A2:E2 |\n"
        "| Bora | 00043 | 1234.5 | 2026-03-06 14:30 | FALSE | A3:E3 |"
    )


def test_both_date_systems_give_the_same_day() -> None:
    workbook, _ = book(["Article", "From"], ["Alba", date(2026, 3, 5)])
    workbook.epoch = CALENDAR_MAC_1904
    assert "| Alba | 2026-03-05 | A2:B2 |" in parsed(workbook).text


def test_merged_cells_stand_in_each_row_and_name_each_column() -> None:
    workbook, sheet = book(
        ["Region", "2025", None], [None, "Q1", "Q2"], ["North", 5, 7], [None, 8, 9]
    )
    for cells in ("A1:A2", "B1:C1", "A3:A4"):
        sheet.merge_cells(cells)
    assert parsed(workbook).text.split("\n")[2:] == [
        "| Region | 2025 Q1 | 2025 Q2 | Cells |",
        "|---|---|---|---|",
        "| North | 5 | 7 | A3:C3 |",
        "| North | 8 | 9 | A4:C4 |",
    ]


def test_a_merged_title_heads_the_table() -> None:
    workbook, sheet = book(["Price list 2026"], ["Article", "Price"], ["Alba", 149])
    sheet.merge_cells("A1:B1")
    document = parsed(workbook)
    chunks = chunk_document(document, SIZES)
    assert chunks[0].heading_path == ("Prices", "Price list 2026")


def test_tables_below_and_beside_one_another_are_apart() -> None:
    workbook, sheet = book(["City", "Pop"], ["Porto", 1], ["Faro", 2], [], ["Lamp", "Watt"])
    sheet.append(["Dune", 40])
    for row, texts in enumerate([("City", "Mayor"), ("Lagos", "Eva")], start=1):
        for column, text in enumerate(texts, start=5):
            sheet.cell(row, column, text)
    assert parsed(workbook).text.split("\n\n")[1:] == [
        "| City | Pop | Cells |\n|---|---|---|\n| Porto | 1 | A2:B2 |\n| Faro | 2 | A3:B3 |",
        "| City | Mayor | Cells |\n|---|---|---|\n| Lagos | Eva | E2:F2 |",
        "| Lamp | Watt | Cells |\n|---|---|---|\n| Dune | 40 | A6:B6 |",
    ]


def test_a_formula_without_a_value_is_told() -> None:
    workbook, _ = book(["Article", "Price"], ["Alba", 149], ["Total", "=SUM(B2:B2)"])
    (warning,) = parsed(workbook).warnings
    assert warning.startswith("1 formulas have no stored value")
    assert "Prices!B3" in warning


def test_a_formula_with_a_value_gives_the_value() -> None:
    sheet = (
        '<sheetData><row><c t="inlineStr"><is><t>Sum</t></is></c><c t="inlineStr"><is><t>Ok</t>'
        '</is></c></row><row><c><f>1+1</f><v>2</v></c><c t="e"><v>#DIV/0!</v></c></row>'
        "</sheetData>"
    )
    document = parse_xlsx(Content(data=packed(sheet)), LIMITS)
    assert "| 2 | #DIV/0! | A2:B2 |" in document.text
    assert document.warnings == ()


def test_shared_texts_are_read_without_how_they_are_pronounced() -> None:
    strings = "<si><r><t>東</t></r><r><t>京</t></r><rPh><t>トウキョウ</t></rPh></si>"
    sheet = '<sheetData><row><c r="B2" t="s"><v>0</v></c></row></sheetData>'
    document = parse_xlsx(Content(data=packed(sheet, strings=strings)), LIMITS)
    assert document.text == "One\n\n東京"


def test_what_is_hidden_is_told_and_left_out() -> None:
    workbook, sheet = book(["Name", "Pay", "Room"], ["Ana", 5_000, "3.07"], ["Ben", 6_000, "3.08"])
    sheet.column_dimensions["B"].hidden = True
    sheet.row_dimensions[3].hidden = True
    secret = workbook.create_sheet("Secret")
    secret["A1"] = "nothing"
    secret.sheet_state = "hidden"
    document = parsed(workbook)
    assert "| Ana | 3.07 | A2:C2 |" in document.text
    assert not re.search("5000|6000|Ben|nothing", document.text)
    assert [warning[:8] for warning in document.warnings] == ["1 hidden", "1 hidden", "1 hidden"]
    assert "Prices!3" in document.warnings[1]


def test_notes_and_links_are_with_their_cells() -> None:
    workbook, sheet = book(["Article", "Price"], ["Alba", 149])
    sheet["A2"].comment = Comment("best seller", "Ana")
    sheet["A2"].hyperlink = "https://shop.example/alba"
    text = parsed(workbook).text
    assert "| Alba (https://shop.example/alba) | 149 | A2:B2 |" in text
    assert "Note at A2: best seller" in text


def test_the_title_is_that_of_the_workbook_not_of_a_sheet() -> None:
    workbook, _ = book(["Article", "Price"], ["Alba", 149])
    assert parsed(workbook).title is None
    workbook.properties.title = "Price list"
    assert parsed(workbook).title == "Price list"


@pytest.mark.parametrize("data", [b"PK\x03\x04 no archive", b"x", packed("<row>")])
def test_a_damaged_file_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parse_xlsx(Content(data=data), LIMITS)
    assert refused.value.code == "corrupt_xlsx"


def test_many_cells_that_have_only_a_format_are_passed_by() -> None:
    cells = '<c r="A{0}" s="1"/>' * 20
    rows = "".join(f'<row r="{row}">{cells.format(row)}</row>' for row in range(2, 5_000))
    first = '<row r="1"><c t="inlineStr"><is><t>only</t></is></c></row>'
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far</t></is></c></row>'
    document = parse_xlsx(
        Content(data=packed(f"<sheetData>{first}{rows}{far}</sheetData>")), LIMITS
    )
    assert document.text == "One\n\nonly\n\nfar"


def test_a_cell_merged_over_the_whole_sheet_stays_small() -> None:
    cell = '<c t="inlineStr"><is><t>a</t></is></c>'
    row = f'<row r="{{0}}">{cell * 2}</row>'
    rows = "".join(map(row.format, range(2, 50)))
    first = '<row r="1"><c t="inlineStr"><is><t>all</t></is></c></row>'
    merged = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    document = parse_xlsx(
        Content(data=packed(f"<sheetData>{first}{rows}</sheetData>{merged}")), LIMITS
    )
    assert len(document.text) < 5_000


def test_entities_that_grow_without_end_are_refused() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE w [<!ENTITY e0 "{"x" * 50}">{levels}]><worksheet><t>&e9;</t></worksheet>'
    out = io.BytesIO(packed(""))
    with ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/worksheets/sheet1.xml", bomb)
    with pytest.raises(InvalidDocument):
        parse_xlsx(Content(data=out.getvalue()), LIMITS)


_VALUES = st.one_of(st.none(), st.integers(0, 10**6).map("word{}".format))


@given(
    st.lists(
        st.lists(st.lists(_VALUES, min_size=1, max_size=7), min_size=1, max_size=8),
        min_size=1,
        max_size=3,
    ),
    st.lists(st.tuples(*[st.integers(1, 7)] * 4), max_size=2),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_word_is_in_a_chunk(
    sheets: list[list[list[str | None]]], merged: list[tuple[int, int, int, int]]
) -> None:
    workbook = Workbook()
    seen: set[str] = set()
    for rows in sheets:
        sheet = workbook.create_sheet()
        for row in rows:
            sheet.append(row)
        for left, top, wide, down in merged:
            sheet.merge_cells(
                start_row=top, start_column=left, end_row=top + down, end_column=left + wide
            )
        # what a merged cell covers is gone for good
        seen |= {str(c.value) for line in sheet.iter_rows() for c in line if c.value is not None}
    document = with_repeated_heads(parsed(workbook), SIZES)
    found = "\n".join(
        text for each in chunk_document(document, SIZES) for text in (each.text, *each.heading_path)
    )
    assert set(re.findall(r"word\d+", found)) == seen
