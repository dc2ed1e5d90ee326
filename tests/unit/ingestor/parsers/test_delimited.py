"""CSV and TSV: rows below their columns' names, whatever separates them and stands around them."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline_ingestor.chunking import chunk_document
from ragline_ingestor.document import BlockKind, Content, ParsedDocument
from ragline_ingestor.parsers.delimited import parse_csv
from ragline_ingestor.table_heads import with_repeated_heads


def parsed(text: str | bytes) -> ParsedDocument:
    data = text.encode() if isinstance(text, str) else text
    return parse_csv(Content(data=data), LIMITS)


def lines(text: str | bytes) -> list[str]:
    return parsed(text).text.split("\n")


def test_a_row_stands_below_the_names_and_says_where_it_is() -> None:
    assert lines("name;price EUR;stock\nAlba chair;149;12\nBora chair;189;3\n") == [
        "| name | price EUR | stock | Cells |",
        "|---|---|---|---|",
        "| Alba chair | 149 | 12 | A2:C2 |",
        "| Bora chair | 189 | 3 | A3:C3 |",
    ]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Artikel;Preis\nStuhl;1,50\nTisch;20,75\n", "| Stuhl | 1,50 | A2:B2 |"),
        ("a\tb\n1\t2, 3\n", "| 1 | 2, 3 | A2:B2 |"),
        ("name|qty\na|1\nb|2\n", "| a | 1 | A2:B2 |"),
        ("sep=;\nname;qty\na,b;1\n", "| a,b | 1 | A2:B2 |"),
        ('id,text\n1,"a, b\nc; d"\n2,"x; y"\n', "| 1 | a, b, c; d | A2:B2 |"),
        ("name,filter\nA,x | y\nB,z\n", r"| A | x \| y | A2:B2 |"),
        ('name,screen\nA,27"\nB,"24"" wide"\n', '| B | 24" wide | A3:B3 |'),
        ("zip,city\n01067,Dresden\n", "| 01067 | Dresden | A2:B2 |"),
        ("\ufeffname;qty\nGröße;1\nb;2\n", "| Größe | 1 | A2:B2 |"),
        ("name;qty\nGröße;1\nb;2\n".encode("cp1252"), "| Größe | 1 | A2:B2 |"),
    ],
)
def test_delimiters_quotes_and_encodings_are_recognised(text: str | bytes, row: str) -> None:
    assert row in lines(text)


def test_without_names_the_columns_have_their_letters() -> None:
    assert lines("1;2;x\n4;5;y\n")[:3] == [
        "| A | B | C | Cells |",
        "|---|---|---|---|",
        "| 1 | 2 | x | A1:C1 |",
    ]


def test_a_short_table_leaves_others_the_limit_that_they_have() -> None:
    before = csv.field_size_limit()
    parsed("a;1\nb;2\n")
    assert csv.field_size_limit() >= before


def test_years_may_name_columns() -> None:
    assert lines("Region;2023;2024\nNorth;12;13\nSouth;1;2\n")[0] == (
        "| Region | 2023 | 2024 | Cells |"
    )
    assert lines("Alba;2023;5\nBora;2024;6\n")[0] == "| A | B | C | Cells |"


def test_titles_above_and_remarks_below_are_no_rows() -> None:
    document = parsed("Report 2024\nAll shops\n\nname;qty\na;1\nb;2\n\nSource: ledger\n")
    assert document.text.split("\n\n") == [
        "Report 2024",
        "All shops",
        "| name | qty | Cells |\n|---|---|---|\n| a | 1 | A5:B5 |\n| b | 2 | A6:B6 |",
        "Source: ledger",
    ]


def test_a_title_right_above_the_names_heads_the_table() -> None:
    document = parsed("Prices 2024;;\nname;qty;room\na;1;x\nb;2;y\n")
    assert document.title == "Prices 2024"
    assert document.blocks[0].kind is BlockKind.HEADING


def test_a_table_goes_on_below_a_blank_row_under_the_same_names() -> None:
    text = parsed("name;qty\na;1\nb;2\n\nTotal;3\nMean;2\n").text
    assert text.count("| name | qty | Cells |") == 2
    assert "| Total | 3 | A5:B5 |" in text


def test_a_form_is_labels_with_their_values() -> None:
    assert lines("Invoice no;4711\nCustomer;Acme\nDate;2024-01-05\n") == [
        "- Invoice no: 4711 (A1:B1)",
        "- Customer: Acme (A2:B2)",
        "- Date: 2024-01-05 (A3:B3)",
    ]


def test_each_row_of_a_wide_table_is_a_record() -> None:
    names = [f"measurement {number}" for number in range(30)]
    values = [str(100 + number) for number in range(30)]
    text = parsed("\n".join(map(",".join, [names, values]))).text
    assert "100 (A2:AD2)" in text
    assert "- measurement 29: 129" in text


def test_every_piece_of_a_long_table_has_the_names() -> None:
    rows = "".join(f"B-{number:03};{number * 2};{number * 3}\n" for number in range(300))
    document = with_repeated_heads(parsed("bolt;torque Nm;length mm\n" + rows), SIZES)
    chunks = chunk_document(document, SIZES)
    assert len(chunks) > 3
    assert all(each.text.startswith("| bolt | torque Nm | length mm |") for each in chunks)
    assert "| B-299 | 598 | 897 | A301:C301 |" in chunks[-1].text


def test_a_quotation_mark_that_is_never_closed_takes_no_rows_away() -> None:
    rows = "".join(f"x{number};{number}\n" for number in range(1_000))
    assert "| x999 | 999 | A1002:B1002 |" in parsed('name;qty\n"open;1\n' + rows).text


_WORDS = st.integers(0, 10**6).map(lambda number: f"word{number}")
_CELLS = st.one_of(
    st.just(""),
    _WORDS,
    st.builds("{} {}".format, _WORDS, st.integers()),
    st.builds('{}, "{}"; {}\n{}|{}'.format, _WORDS, _WORDS, _WORDS, _WORDS, _WORDS),
)


@given(
    st.integers(1, 6).flatmap(
        lambda width: st.lists(st.lists(_CELLS, min_size=width, max_size=width), min_size=1)
    ),
    st.sampled_from(",;\t|"),
)
@settings(max_examples=80, deadline=None)
def test_every_word_is_in_a_chunk(rows: list[list[str]], delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    document = parsed(out.getvalue())
    chunks = chunk_document(with_repeated_heads(document, SIZES), SIZES)
    found = "\n".join(text for chunk in chunks for text in (chunk.text, *chunk.heading_path))
    seen = {word for row in rows for cell in row for word in re.findall(r"word\d+", cell)}
    assert set(re.findall(r"word\d+", found)) == seen
