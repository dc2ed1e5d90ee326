"""The text of one paragraph, in the order in which it is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from docx.opc.part import Part

from ragline.superscripts import lowered, raised
from ragline_ingestor.parsers.docx.drawings import alternative_text, graphic_lines
from ragline_ingestor.parsers.docx.equations import linear
from ragline_ingestor.parsers.docx.fields import PAGE_FIELDS, Field, link_target, whole_fields
from ragline_ingestor.parsers.docx.losses import Loss
from ragline_ingestor.parsers.docx.notes import NoteKind, Reference
from ragline_ingestor.parsers.docx.source import Source
from ragline_ingestor.parsers.docx.symbols import UNKNOWN, readable, symbol
from ragline_ingestor.parsers.docx.wordml import (
    CHART,
    DIAGRAM,
    MC,
    PIC,
    REMOVED,
    WP,
    A,
    Element,
    M,
    O,
    R,
    V,
    W,
    child,
    chosen,
    is_on,
    value,
)

_SOFT_HYPHEN = "\u00ad"
_NO_ADDRESS = re.compile(r"#|(?:javascript|data|vbscript|about):", re.IGNORECASE)
# what the shown text of a link leaves out of its address
_UNSHOWN = re.compile(r"(?:https?://|mailto:|tel:)?(.*?)/?", re.DOTALL)
_SCRIPTS = {"superscript": raised, "subscript": lowered}


@dataclass(slots=True)
class Inline:
    """A paragraph's text, and what hangs on it: notes, boxes with text, lines of charts."""

    pieces: list[tuple[str, str | None]] = field(default_factory=list)
    notes: list[Reference] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)

    def text(self, start: int = 0) -> str:
        """Return the text of the pieces from `start` on."""
        written = ""
        parts: list[str] = []
        for text, script in _joined(self.pieces[start:]):
            write = _SCRIPTS.get(script or "")
            parts.append(write(text, after=written) if write else text)
            written = parts[-1] or written
        return "".join(parts)


class InlineReader:
    """Reads the paragraphs of one story (body, header, note, box) in order.

    Fields go on from one paragraph to the next. In a header or footer, page numbers are left out.
    """

    def __init__(
        self, source: Source, part: Part, root: Element, *, repeated: bool = False
    ) -> None:
        self._source = source
        self._part = part
        self._repeated = repeated
        self._whole = whole_fields(root)
        self._fields: list[Field] = []
        self._links = True
        self._hidden = False
        self._script: str | None = None
        self._font = ""
        self._style_hidden: bool | None = None
        self._inline = Inline()
        self._handlers = self._by_tag()

    def read(self, paragraph: Element, *, links: bool = True) -> Inline:
        """Return a paragraph's text; the addresses of its links are told if `links`."""
        self._links = links
        style = self._source.styles.paragraph(child(paragraph, "pPr"))
        self._style_hidden = style.hidden
        inline = self._inline = Inline()
        self._children(paragraph)
        return inline

    def _by_tag(self) -> dict[str, Callable[[Element], None]]:
        return {
            f"{W}r": self._run,
            f"{W}t": self._text,
            f"{A}t": self._text,
            f"{M}oMath": lambda element: self._write(linear(element)),
            f"{M}oMathPara": self._apart,
            f"{A}p": self._apart,
            f"{W}tab": lambda _: self._write("\t"),
            f"{W}ptab": lambda _: self._write("\t"),
            f"{W}br": lambda _: self._write("\n"),
            f"{W}cr": lambda _: self._write("\n"),
            f"{W}noBreakHyphen": lambda _: self._write("-"),
            f"{W}sym": self._symbol,
            f"{W}hyperlink": self._hyperlink,
            f"{W}fldSimple": self._simple_field,
            f"{W}fldChar": self._field_mark,
            f"{W}instrText": self._instruction,
            f"{W}ruby": self._ruby,
            f"{W}footnoteReference": lambda element: self._note(NoteKind.FOOTNOTE, element),
            f"{W}endnoteReference": lambda element: self._note(NoteKind.ENDNOTE, element),
            f"{W}commentReference": lambda element: self._note(NoteKind.COMMENT, element),
            f"{W}txbxContent": self._box,
            f"{W}object": self._object,
            f"{MC}AlternateContent": lambda element: self._children(chosen(element)),
            f"{WP}inline": self._drawing,
            f"{WP}anchor": self._drawing,
            f"{W}pict": self._picture,
            f"{V}textpath": lambda element: self._write(str(element.get("string", ""))),
            f"{CHART}chart": self._graphic,
            f"{DIAGRAM}relIds": self._graphic,
            **dict.fromkeys((*REMOVED, f"{W}pPr", f"{W}rPr", f"{W}sdtPr"), lambda _: None),
        }

    def _children(self, element: Element) -> None:
        for each in element:
            handle = self._handlers.get(each.tag, self._children)
            handle(each)

    @property
    def _muted(self) -> bool:
        return self._hidden or any(
            not each.in_result or (self._repeated and each.code in PAGE_FIELDS)
            for each in self._fields
        )

    def _write(self, text: str) -> None:
        if text and not self._muted:
            self._inline.pieces.append((text.replace(_SOFT_HYPHEN, ""), self._script))

    def _apart(self, element: Element) -> None:
        self._write(" ")
        self._children(element)
        self._write(" ")

    def _run(self, run: Element) -> None:
        before = self._hidden, self._script, self._font
        properties = child(run, "rPr")
        if properties is not None:
            style = self._source.styles.character(value(properties, "rStyle"))
            hidden = is_on(properties, "vanish")
            hidden = style.hidden if hidden is None else hidden
            self._script = value(properties, "vertAlign") or style.script
            fonts = child(properties, "rFonts")
            self._font = "" if fonts is None else str(fonts.get(f"{W}ascii", ""))
        else:
            hidden = None
            self._script, self._font = None, ""
        self._hidden = bool(self._style_hidden if hidden is None else hidden)
        if self._hidden and (run.findtext(f"{W}t") or "").strip():
            self._source.losses.add(Loss.HIDDEN)
        self._children(run)
        self._hidden, self._script, self._font = before

    def _text(self, element: Element) -> None:
        self._write(readable(element.text or "", self._font))

    def _symbol(self, element: Element) -> None:
        try:
            code = int(element.get(f"{W}char", ""), 16)
        except ValueError:
            code = -1
        shown = symbol(str(element.get(f"{W}font", "")), code)
        if shown == UNKNOWN:
            self._source.losses.add(Loss.SYMBOL)
        else:
            self._write(shown)

    def _hyperlink(self, element: Element) -> None:
        start = len(self._inline.pieces)
        self._children(element)
        relation = self._part.rels.get(str(element.get(f"{R}id", "")))
        if relation is not None and relation.is_external:
            anchor = element.get(f"{W}anchor")
            self._address(relation.target_ref + (f"#{anchor}" if anchor else ""), start)

    def _address(self, target: str, start: int) -> None:
        """Write where a link leads behind its text, unless the text says it."""
        target = target.strip()
        if not self._links or not target or _NO_ADDRESS.match(target):
            return
        bare = _UNSHOWN.fullmatch(target)
        shown = self._inline.text(start)
        if bare is None or bare[1].casefold() not in shown.casefold():
            self._write(f" ({target})")

    def _simple_field(self, element: Element) -> None:
        start = len(self._inline.pieces)
        instruction = str(element.get(f"{W}instr", ""))
        self._fields.append(Field(element, instruction, in_result=True))
        self._children(element)
        self._fields.pop()
        if target := link_target(instruction):
            self._address(target, start)

    def _field_mark(self, mark: Element) -> None:
        kind = mark.get(f"{W}fldCharType")
        if kind == "begin" and mark in self._whole:
            self._fields.append(Field(mark))
        elif kind == "separate" and self._fields:
            self._fields[-1].in_result = True
            self._fields[-1].result_at = len(self._inline.pieces)
        elif kind == "end" and self._fields:
            ended = self._fields.pop()
            self._write(ended.shown())
            if target := link_target(ended.instruction):
                self._address(target, ended.result_at)

    def _instruction(self, element: Element) -> None:
        if self._fields and not self._fields[-1].in_result:
            self._fields[-1].instruction += element.text or ""

    def _ruby(self, element: Element) -> None:
        """Write the text, and how it is read in brackets behind it."""
        for name, (before, behind) in {"rubyBase": ("", ""), "rt": ("(", ")")}.items():
            if (found := child(element, name)) is not None:
                self._write(before)
                self._children(found)
                self._write(behind)

    def _note(self, kind: NoteKind, element: Element) -> None:
        if self._muted:
            return
        reference = self._source.notes.refer(kind, str(element.get(f"{W}id", "")))
        if reference is None:
            return
        # a mark of the author's choice is written as text, behind the reference and in the note
        if element.get(f"{W}customMarkFollows"):
            reference = replace(reference, mark="")
        elif kind is not NoteKind.COMMENT:
            self._inline.pieces.append((reference.mark, None))
        if reference.is_first:
            self._inline.notes.append(reference)

    def _box(self, element: Element) -> None:
        if not self._muted:
            self._inline.boxes.append(element)

    def _drawing(self, element: Element) -> None:
        self._described(alternative_text(element), element, is_picture=f"{PIC}pic")

    def _picture(self, element: Element) -> None:
        described = (each.get("alt") for each in element.iter() if isinstance(each.tag, str))
        text = next(filter(None, described), "")
        self._described(text, element, is_picture=f"{V}imagedata")

    def _described(self, text: str, element: Element, *, is_picture: str) -> None:
        if self._muted:
            return
        if text:
            self._write(f"[Image: {text}]")
        elif not self._repeated and next(element.iter(is_picture), None) is not None:
            self._source.losses.add(Loss.PICTURE)
        self._children(element)

    def _object(self, element: Element) -> None:
        """Tell of an embedded file; equations of old versions of Word are such, too."""
        if next(element.iter(f"{O}OLEObject"), None) is not None and not self._muted:
            self._source.losses.add(Loss.OBJECT)

    def _graphic(self, element: Element) -> None:
        if self._muted:
            return
        lines = graphic_lines(element, self._part)
        if lines is None:
            self._source.losses.add(Loss.DRAWING)
        elif lines:
            self._inline.charts.append("\n".join(lines))


def _joined(pieces: list[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """Return the pieces with neighbours of the same height as one: Word cuts text anywhere."""
    joined: list[tuple[str, str | None]] = []
    run: list[str] = []
    script: str | None = None
    for text, height in pieces:
        if run and height != script:
            joined.append(("".join(run), script))
            run = []
        run.append(text)
        script = height
    if run:
        joined.append(("".join(run), script))
    return joined
