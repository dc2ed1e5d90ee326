"""All that a reader of a DOCX sees is in its text, once and in its place."""

from __future__ import annotations

import pytest
from tests.unit.ingestor.parsers.docx.conftest import (
    blocks_of,
    cell,
    packed,
    paragraph,
    parsed,
    run,
    table,
    text_of,
)

from ragline_ingestor.document import BlockKind


def removed(text: str, name: str = "del") -> str:
    return f"<w:{name}><w:r><w:delText>{text}</w:delText><w:t>{text}</w:t></w:r></w:{name}>"


def test_tracked_insertions_are_read_and_deletions_are_not() -> None:
    notice = run("The notice period is ") + removed("four weeks")
    notice += f"<w:ins>{run('three months')}</w:ins>{run('.')}"
    inserted = paragraph(f"<w:ins>{run('The board signs.')}</w:ins>")
    assert text_of(paragraph(notice) + inserted) == (
        "The notice period is three months.\n\nThe board signs."
    )


def test_moved_text_is_read_where_it_went() -> None:
    moved = paragraph(removed("Gate 3.", "moveFrom") + run("First.")) + paragraph(
        f"<w:moveTo>{run('Gate 3.')}</w:moveTo>"
    )
    assert text_of(moved) == "First.\n\nGate 3."


def test_a_deleted_end_of_a_paragraph_joins_it_with_the_next() -> None:
    joined = paragraph(run("One "), "<w:rPr><w:del/></w:rPr>") + paragraph("sentence.")
    assert text_of(joined) == "One sentence."
    assert text_of(paragraph("Last.", "<w:rPr><w:del/></w:rPr>")) == "Last."


def test_deleted_rows_are_left_out() -> None:
    row = f"<w:tr><w:trPr><w:del/></w:trPr>{cell('old')}{cell('1')}</w:tr>"
    kept = table([cell("new"), cell("2")]).replace("</w:tbl>", f"{row}</w:tbl>")
    assert text_of(kept) == "new | 2"


def control(content: str) -> str:
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def test_content_controls_are_read_wherever_they_stand() -> None:
    inline = paragraph(run("Owner: ") + control(run("Priya")))
    block = control(paragraph("Runs until 2029."))
    in_cell = cell(control(paragraph("420 EUR")) + paragraph(""))
    around_cell = control(cell("31 days"))
    row = "<w:tr>" + cell("Term") + around_cell + "</w:tr>"
    rows = table([cell("Budget"), in_cell]).replace("</w:tbl>", f"{control(row)}</w:tbl>")
    assert text_of(inline + block + rows) == (
        "Owner: Priya\n\nRuns until 2029.\n\nBudget | 420 EUR\nTerm | 31 days"
    )


def box(text: str) -> str:
    inner = f"<w:txbxContent>{paragraph(text)}</w:txbxContent>"
    drawing = (
        '<w:drawing><wp:inline><wp:docPr id="1" name="box"/><a:graphic><a:graphicData><wps:wsp>'
        f"<wps:txbx>{inner}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>"
    )
    fallback = f"<w:pict><v:shape><v:textbox>{inner}</v:textbox></v:shape></w:pict>"
    return (
        f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'>{drawing}</mc:Choice>"
        f"<mc:Fallback>{fallback}</mc:Fallback></mc:AlternateContent></w:r>"
    )


def test_a_text_box_is_read_once_behind_its_paragraph() -> None:
    assert text_of(paragraph(run("Before") + box("Call 4477.") + run(" it."))) == (
        "Before it.\n\nCall 4477."
    )


def test_old_text_boxes_are_read() -> None:
    old = f"<w:pict><v:shape><v:textbox><w:txbxContent>{paragraph('Old.')}</w:txbxContent>"
    assert text_of(paragraph(f"<w:r>{old}</v:textbox></v:shape></w:pict></w:r>")) == "Old."


def note(kind: str, number: int, text: str) -> str:
    return f'<w:{kind} w:id="{number}" w:author="Ana">{paragraph(text)}</w:{kind}>'


def reference(kind: str, number: int) -> str:
    return f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'


def test_notes_stand_below_the_paragraph_that_refers_to_them() -> None:
    body = paragraph(run("Licence only.") + reference("footnote", 7)) + paragraph(
        run("Yearly.") + reference("endnote", 2) + reference("footnote", 7)
    )
    text = text_of(
        body,
        footnotes=note("footnote", 7, "Not in training.") + note("footnote", 8, "Unused."),
        endnotes=note("endnote", 2, "By law."),
    )
    assert text == "Licence only.[1]\n\n[1] Not in training.\n\nYearly.[2][1]\n\n[2] By law."


def test_notes_of_list_items_and_cells_stay_with_them() -> None:
    styled = '<w:pStyle w:val="ListNumber"/>'
    items = paragraph(run("Stop") + reference("footnote", 1), styled) + paragraph("Go", styled)
    cells = table([cell(paragraph(run("5") + reference("footnote", 2))), cell("kg")])
    notes = note("footnote", 1, "At once.") + note("footnote", 2, "Dry.")
    assert text_of(items + cells, footnotes=notes) == (
        "1. Stop[1]\n   [1] At once.\n2. Go\n\n5[2] [2] Dry. | kg"
    )


def test_comments_are_read_by_choice_and_told_otherwise() -> None:
    body = paragraph(run("Priced.") + reference("comment", 0))
    file = packed(body, parts={"comments": note("comment", 0, "Too high?")})
    assert parsed(file, comments=True).text == "Priced.\n\nComment (Ana): Too high?"
    without = parsed(file)
    assert without.text == "Priced."
    assert without.warnings == (
        "1 comments are not indexed: RAGLINE_INGESTOR__DOCX_COMMENTS includes them",
    )


def field(instruction: str, result: str, form: str = "") -> str:
    def mark(kind: str, content: str = "") -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}">{content}</w:fldChar></w:r>'

    written = f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
    return mark("begin", form) + written + mark("separate") + result + mark("end")


def test_headers_and_footers_stand_once_below_the_first_heading() -> None:
    sections = "".join(
        f'<w:sectPr><w:{kind}Reference w:type="default" r:id="{kind}"/></w:sectPr>'
        for kind in ("header", "footer", "header")
    )
    paged = paragraph(run("Page ") + field("PAGE", run("3")))
    text = text_of(
        paragraph("Rules", '<w:pStyle w:val="Heading1"/>') + paragraph("Body.") + sections,
        header=paragraph("Document WH-2031"),
        footer=paragraph("Internal") + paged + paragraph(field("PAGE", run("3"))),
    )
    assert text == "Rules\n\nDocument WH-2031\nInternal\nPage\n\nBody."


def test_a_header_for_first_pages_counts_only_where_there_are_any() -> None:
    section = '<w:sectPr><w:headerReference w:type="first" r:id="header"/>{}</w:sectPr>'
    header = paragraph("Cover")
    assert text_of(paragraph("Body.") + section.format(""), header=header) == "Body."
    shown = text_of(paragraph("Body.") + section.format("<w:titlePg/>"), header=header)
    assert shown == "Cover\n\nBody."


def test_headings_are_known_by_the_styles_below_and_by_outline_levels() -> None:
    style = '<w:style w:type="paragraph" w:styleId="{}"><w:name w:val="{}"/>{}</w:style>'
    styles = (
        style.format("H1", "heading 1", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>')
        + style.format("Own", "Company Heading", '<w:basedOn w:val="H1"/>')
        + style.format("Toc", "TOC Heading", '<w:basedOn w:val="H1"/>' + outline(9))
        + style.format("Loop", "Loop", '<w:basedOn w:val="Loop"/>')
    )
    body = (
        paragraph("Press", '<w:pStyle w:val="Own"/>')
        + paragraph("Valves", '<w:outlineLvl w:val="2"/>')
        + paragraph("Contents", '<w:pStyle w:val="Toc"/>')
        + paragraph("Around", '<w:pStyle w:val="Loop"/>')
        + paragraph("Clause " * 40, '<w:pStyle w:val="H1"/>')
    )
    document = parsed(packed(body, parts={"styles": styles}))
    assert [block.level for block in document.blocks] == [1, 3, 0, 0, 0]


def outline(level: int) -> str:
    return f'<w:pPr><w:outlineLvl w:val="{level}"/></w:pPr>'


def test_links_tell_where_they_lead() -> None:
    there = "https://forms.example.com/17"
    linked = f'<w:hyperlink r:id="there">{run("here")}</w:hyperlink>'
    shown = f'<w:hyperlink r:id="mail">{run("a@example.com")}</w:hyperlink>'
    inside = f'<w:hyperlink w:anchor="_Toc1">{run("Chapter 1")}</w:hyperlink>'
    script = f'<w:hyperlink r:id="bad">{run("no")}</w:hyperlink>'
    old = field(f'HYPERLINK "{there}" \\o "a tip"', run("there"))
    links = {"there": there, "mail": "mailto:a@example.com", "bad": "javascript:x()"}
    body = "".join(map(paragraph, (linked, shown, inside, script, old)))
    assert parsed(packed(body, links=links)).text.split("\n\n") == [
        f"here ({there})",
        "a@example.com",
        "Chapter 1",
        "no",
        f"there ({there})",
    ]


def picture(described: str) -> str:
    return (
        f'<w:r><w:drawing><wp:inline><wp:docPr id="1" name="p.png" descr="{described}"/><a:graphic>'
        "<a:graphicData><pic:pic/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def test_pictures_are_read_by_their_description_or_told() -> None:
    made_up = "A plan of hall 3\n\nDescription automatically generated"
    assert text_of(paragraph(picture(made_up))) == "[Image: A plan of hall 3]"
    document = parsed(packed(paragraph(run("See: ") + picture(""))))
    assert document.warnings == ("1 pictures without a description: text in them is not indexed",)


def test_fields_show_their_result_and_forms_their_value() -> None:
    checked = "<w:ffData><w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox></w:ffData>"
    chosen = "<w:ffData><w:ddList><w:result w:val='1'/><w:listEntry w:val='red'/>"
    chosen += "<w:listEntry w:val='blue'/></w:ddList></w:ffData>"
    simple = f'<w:fldSimple w:instr="DATE">{run("3 May")}</w:fldSimple>'
    body = (
        paragraph(simple)
        + paragraph(field("FORMCHECKBOX", "", checked) + run(" agreed"))
        + paragraph(field("FORMDROPDOWN", "", chosen).replace("separate", "none"))
        + paragraph(
            field("IF " + "</w:instrText></w:r>" + run("1=1") + "<w:r><w:instrText>", run("yes"))
        )
    )
    assert text_of(body).split("\n\n") == ["3 May", "☒ agreed", "blue", "yes"]


def test_a_field_without_an_end_hides_nothing() -> None:
    begun = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    assert text_of(paragraph(begun + run("Kept."))) == "Kept."


def test_signs_that_are_elements_are_read() -> None:
    signs = (
        "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t>"
        '<w:softHyphen/><w:t>e Ver\u00adtrag </w:t><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'
    )
    assert text_of(paragraph(signs)) == "a\tb\nc-de Vertrag ✓"
    unknown = parsed(packed(paragraph(run("x") + '<w:r><w:sym w:font="Own" w:char="F041"/></w:r>')))
    assert unknown.warnings == ("1 symbols of fonts that are not known are not indexed",)


def test_hidden_text_is_left_out_and_told() -> None:
    document = parsed(packed(paragraph(run("Shown.") + run("Secret.", "<w:vanish/>"))))
    assert document.text == "Shown."
    assert document.warnings == ("1 passages are hidden text and not indexed",)


@pytest.mark.parametrize(
    ("base", "script", "behind", "text"),
    [
        ("10", "superscript:6", " events", "10⁶ events"),
        ("10", "superscript:−|superscript:6", "", "10⁻⁶"),
        ("H", "subscript:2", "O", "H₂O"),
        ("x", "superscript:n+1", "", "xⁿ⁺¹"),
        ("2", "superscript:nd", " floor", "2nd floor"),
        ("x", "superscript:2k", "", "x^(2k)"),
        ("V", "subscript:max", "", "Vmax"),
    ],
)
def test_raised_and_lowered_text_keeps_its_meaning(
    base: str, script: str, behind: str, text: str
) -> None:
    parts = (part.split(":") for part in script.split("|"))
    runs = "".join(run(text, f'<w:vertAlign w:val="{kind}"/>') for kind, text in parts)
    assert text_of(paragraph(run(base) + runs + run(behind))) == text


def test_merged_cells_stand_in_each_row_that_they_cover() -> None:
    first = [cell("Norway", '<w:vMerge w:val="restart"/>'), cell("5 kg"), cell("9 EUR")]
    second = [cell("", "<w:vMerge/>"), cell("10 kg"), cell("14 EUR")]
    wide = [cell("Spain", '<w:gridSpan w:val="2"/>'), cell("20 EUR")]
    short = "<w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr>" + cell("2 kg") + cell("1 EUR")
    rows = table(first, second, wide).replace("</w:tbl>", f"{short}</w:tr></w:tbl>")
    assert text_of(rows) == (
        "Norway | 5 kg | 9 EUR\nNorway | 10 kg | 14 EUR\nSpain | Spain | 20 EUR\n | 2 kg | 1 EUR"
    )


def test_a_table_that_only_places_text_is_no_table() -> None:
    heading = paragraph("Safety", '<w:pStyle w:val="Heading2"/>')
    placed = table([cell(heading + paragraph("Wear a helmet.")), cell("Logo")])
    assert [kind for kind, _ in blocks_of(parsed(packed(placed)))] == [
        BlockKind.HEADING,
        BlockKind.PARAGRAPH,
        BlockKind.PARAGRAPH,
    ]
    assert text_of(table([cell("Boxed.")])) == "Boxed."


def test_charts_and_diagrams_are_read() -> None:
    def values(name: str, *texts: str) -> str:
        return (
            f"<c:{name}>{''.join(f'<c:pt><c:v>{text}</c:v></c:pt>' for text in texts)}</c:{name}>"
        )

    title = "<c:title><a:p><a:r><a:t>Sales</a:t></a:r></a:p></c:title>"
    series = values("tx", "North") + values("cat", "Q1", "Q2") + values("val", "7", "9")
    diagram = "<a:p><a:r><a:t>Plan</a:t></a:r></a:p><a:p><a:r><a:t>Build</a:t></a:r></a:p>"
    drawn = paragraph('<w:r><w:drawing><c:chart r:id="chart"/></w:drawing></w:r>') + paragraph(
        '<w:r><w:drawing><dgm:relIds r:dm="diagramData"/></w:drawing></w:r>'
    )
    text = text_of(drawn, chart=f"{title}<c:ser>{series}</c:ser>", diagramData=diagram)
    assert text == "Sales\nNorth: Q1 7; Q2 9\n\nPlan\nBuild"
    missing = parsed(packed(drawn + paragraph("x")))
    assert missing.warnings == ("2 charts or diagrams are damaged and not indexed",)


def test_what_cannot_be_read_is_told() -> None:
    embedded = '<w:r><w:object><o:OLEObject ProgID="Excel.Sheet.12"/></w:object></w:r>'
    body = paragraph(run("x") + embedded + reference("footnote", 99)) + '<w:altChunk r:id="no"/>'
    assert parsed(packed(body)).warnings == (
        "1 embedded objects are not read: publish them as documents of their own",
        "1 inserted documents are not read: publish them on their own",
        "1 notes are referred to but missing in the file",
    )


def test_readings_of_characters_stand_behind_them() -> None:
    ruby = f"<w:rt>{run('かんじ')}</w:rt><w:rubyBase>{run('漢字')}</w:rubyBase>"
    assert text_of(paragraph(f"<w:r><w:ruby>{ruby}</w:ruby></w:r>")) == "漢字(かんじ)"
