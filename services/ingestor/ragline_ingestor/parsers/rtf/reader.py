r"""Reads RTF token by token: what is shown goes into stories, as HTML.

Of the destinations that the specification (1.9.1) names those are read that a reader sees; one that
is optional (`\*`) and not known here is skipped, as the specification wants.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from html import escape

from ragline_ingestor.parsers.docx.losses import Loss, Losses
from ragline_ingestor.parsers.rtf.destinations import (
    HEADERS,
    PLACES,
    SEEN_IN_SKIPPED,
    STORIES,
    TRANSPARENT,
    Place,
)
from ragline_ingestor.parsers.rtf.font_table import FontTable
from ragline_ingestor.parsers.rtf.pending_text import PendingText
from ragline_ingestor.parsers.rtf.row_form import RowForm
from ragline_ingestor.parsers.rtf.signs import SIGNS
from ragline_ingestor.parsers.rtf.story import CellForm, Story
from ragline_ingestor.parsers.rtf.style_sheet import StyleSheet
from ragline_ingestor.parsers.rtf.tokens import Token, tokens

_ADDRESS = re.compile(r"\bHYPERLINK\s++(?:\\[a-z]\s++)*+\"?([^\"\s]++)", re.I)
_LONGEST_RUN = 200


@dataclass(slots=True)
class _State:
    """What holds until the end of a group."""

    place: Place = Place.SHOWN
    encoding: str | None = None
    skipped_after_unicode: int = 1
    is_hidden: bool = False
    is_deleted: bool = False
    script: str = ""
    style: int = 0
    outline: int | None = None
    level: int = 0
    in_table: bool = False


_Close = Callable[[], None]


class RtfReader:
    """Reads one file; `title` and `headers` are known after `read`."""

    def __init__(self, losses: Losses) -> None:
        self._losses = losses
        self.title = ""
        self.headers: dict[str, None] = {}
        self._state = _State()
        self._groups: list[tuple[_State, _Close | None]] = []
        self._fonts = FontTable()
        self._styles = StyleSheet()
        self._stories = [Story()]
        self._pending = PendingText()
        self._is_fresh = self._is_optional = False
        self._style = 0
        self._name = self._label = self._instruction = ""
        self._notes = 0
        self._mark = ""
        self._in_note = False
        self._was_hidden = False
        self._row = RowForm()
        self._words = self._handlers()

    def read(self, data: bytes) -> str:
        """Return the HTML of the body."""
        for token in tokens(data):
            if token.text:
                self._take(token.text)
            else:
                self._word(token)
        self._write_pending()
        # in a file that was cut off, groups are still open
        while self._groups:
            self._end_group()
        return self._stories[0].html()

    @property
    def _story(self) -> Story:
        return self._stories[-1]

    def _take(self, text: bytes) -> None:
        """Keep text until its end is known: a character may be of several bytes."""
        self._is_fresh = False
        if self._pending.add_bytes(text):
            self._write(self._pending.take_units())

    def _word(self, token: Token) -> None:
        word = token.word
        if word == "u":
            self._write_bytes()
            stand_in = self._state.skipped_after_unicode
            self._pending.add_unit(token.number or 0, stand_in=stand_in)
            return
        self._pending.expect_no_stand_in()
        self._write_pending()
        if word == "{":
            self._groups.append((copy(self._state), None))
            self._is_fresh, self._is_optional = True, False
        elif word == "}":
            self._end_group()
        elif word == "*":
            self._is_optional = True
        else:
            self._control(word, token.number)
            self._is_fresh = False

    def _control(self, word: str, number: int | None) -> None:
        if self._is_fresh and self._groups and self._begins(word):
            return
        if handle := self._words.get(word):
            handle(number)
        elif word in SIGNS:
            self._sign(SIGNS[word])

    def _begins(self, word: str) -> bool:
        """Begin a destination; tell whether the word is one."""
        is_skipped = self._state.place is Place.SKIPPED
        if word in STORIES or word in HEADERS:
            if not is_skipped:
                self._begin_story(word)
            return True
        if word in PLACES:
            self._begin_place(word, is_skipped=is_skipped)
            return True
        if word in TRANSPARENT:
            return True
        if self._is_optional:
            self._state.place = Place.SKIPPED
        return self._is_optional

    def _begin_place(self, word: str, *, is_skipped: bool) -> None:
        if is_skipped and word not in SEEN_IN_SKIPPED:
            return
        if word == "pict" and not self._is_unseen():
            self._story.parts.append("<img>")
        self._state.place = PLACES[word]
        if word == "object":
            self._losses.add(Loss.OBJECT)
        elif word == "annotation":
            self._losses.add(Loss.REMARK)
        elif word == "fldinst":
            self._instruction = ""
        elif word in {"listtext", "pntext"}:
            self._label = ""
        elif word == "fldrslt":
            self._begin_link()

    def _begin_link(self) -> None:
        found = _ADDRESS.search(self._instruction)
        story, start = self._story, len(self._story.parts)
        self._instruction = ""
        if not found:
            return

        def end() -> None:
            # a paragraph may have ended in the link
            if len(story.parts) > start:
                shown = "".join(story.parts[start:])
                story.parts[start:] = [f'<a href="{escape(found[1])}">{shown}</a>']

        self._at_end(end)

    def _begin_story(self, word: str) -> None:
        mark, self._mark = self._mark, "" if word == "footnote" else self._mark
        was_in_note = self._in_note
        self._in_note = self._in_note or word == "footnote"
        self._stories.append(Story())
        encoding = self._state.encoding
        self._state = _State(encoding=encoding)

        def end() -> None:
            html = self._end_story()
            self._in_note = was_in_note
            if word in HEADERS:
                self.headers[html] = None
            elif word == "footnote":
                self._story.after.append(f"<div>{mark} {html.removeprefix('<p>')}</div>")
            else:
                self._story.after.append(html)

        self._at_end(end)

    def _end_story(self) -> str:
        self._end_paragraph(None)
        return self._stories.pop().html()

    def _at_end(self, close: _Close) -> None:
        self._groups[-1] = self._groups[-1][0], close

    def _end_group(self) -> None:
        if not self._groups:
            return
        if self._state.place is Place.STYLES:
            self._end_style()
        before, close = self._groups.pop()
        if close is not None:
            close()
        self._state = before
        self._is_fresh = self._is_optional = False

    def _end_style(self) -> None:
        self._styles.define(self._style, self._name, self._state.outline)
        self._name = ""
        self._style = 0

    def _write_pending(self) -> None:
        self._write_bytes()
        self._write(self._pending.take_units())

    def _write_bytes(self) -> None:
        self._write(self._pending.take_bytes(self._state.encoding or self._fonts.encoding))

    def _write(self, text: str) -> None:
        if not text:
            return
        match self._state.place:
            case Place.SHOWN if not self._is_unseen():
                self._show(escape(text))
            case Place.STYLES:
                self._name += text
            case Place.LABEL:
                self._label += text
            case Place.FIELD:
                self._instruction += text
            case Place.TITLE:
                self.title += text

    def _is_unseen(self) -> bool:
        """Tell whether what comes is not shown; hidden text is counted where it begins."""
        state = self._state
        is_hidden = state.is_hidden and state.place is Place.SHOWN
        if is_hidden and not self._was_hidden:
            self._losses.add(Loss.HIDDEN)
        self._was_hidden = is_hidden
        return is_hidden or state.is_deleted or state.place is not Place.SHOWN

    def _show(self, html: str) -> None:
        parts, script = self._story.parts, self._state.script
        if not script or not html.strip():
            parts.append(html)
            return
        end = f"</{script}>"
        # one run of raised text may come in pieces
        if parts and len(parts[-1]) < _LONGEST_RUN and parts[-1].endswith(end):
            parts[-1] = parts[-1].removesuffix(end) + html + end
        else:
            parts.append(f"<{script}>{html}{end}")

    def _sign(self, sign: str) -> None:
        if sign == "<br>":
            if self._state.place is Place.SHOWN and not self._is_unseen():
                self._story.parts.append(sign)
        else:
            self._write(sign)

    def _end_paragraph(self, _: int | None) -> None:
        if self._state.place is not Place.SHOWN:
            return
        state = self._state
        label = escape(" ".join(self._label.split()))
        self._label = ""
        self._story.end_paragraph(
            heading=self._styles.heading(state.style, state.outline),
            label=label,
            level=state.level,
            in_table=state.in_table,
        )

    def _end_cell(self, _: int | None) -> None:
        self._state.in_table = True
        self._end_paragraph(None)
        self._story.end_cell()

    def _end_row(self, _: int | None) -> None:
        self._story.end_row(self._row.cells, is_head=self._row.is_head)

    def _begin_row(self, _: int | None) -> None:
        self._row = RowForm()

    def _end_form(self, _: int | None) -> None:
        self._row.end_cell()

    def _note_mark(self, _: int | None) -> None:
        if not self._in_note and not self._is_unseen():
            self._notes += 1
            self._mark = f"[{self._notes}]"
            self._story.parts.append(self._mark)

    def _pard(self, _: int | None) -> None:
        state = self._state
        state.style, state.outline, state.level, state.in_table = 0, None, 0, False

    def _plain(self, _: int | None) -> None:
        state = self._state
        state.is_hidden = state.is_deleted = False
        state.script = ""

    def _use_font(self, number: int | None) -> None:
        if self._state.place is Place.FONTS:
            self._fonts.begin(number or 0)
        else:
            self._state.encoding = self._fonts.encoding_of(number or 0)

    def _use_style(self, number: int | None) -> None:
        self._style = self._state.style = number or 0

    def _handlers(self) -> dict[str, Callable[[int | None], None]]:
        return {
            "par": self._end_paragraph,
            "sect": self._end_paragraph,
            "cell": self._end_cell,
            "row": self._end_row,
            "trowd": self._begin_row,
            "trhdr": self._mark_head,
            "cellx": self._end_form,
            "clmrg": lambda _: self._row.merge(CellForm(from_left=True)),
            "clvmrg": lambda _: self._row.merge(CellForm(from_above=True)),
            "chftn": self._note_mark,
            "pard": self._pard,
            "plain": self._plain,
            "f": self._use_font,
            "s": self._use_style,
            "fcharset": self._font_charset,
            "cpg": self._font_page,
            "ansicpg": self._fonts.use_page,
            "mac": lambda _: self._fonts.use_page(10000),
            "uc": self._skipped,
            "outlinelevel": self._outline,
            "ilvl": self._level,
            "intbl": self._in_table,
            "v": self._hide,
            "deleted": self._delete,
            "super": lambda number: self._script("sup", number),
            "sub": lambda number: self._script("sub", number),
            "nosupersub": lambda _: self._script("", None),
        }

    def _mark_head(self, _: int | None) -> None:
        self._row.is_head = True

    def _font_charset(self, number: int | None) -> None:
        if self._state.place is Place.FONTS:
            self._fonts.set_charset(number)

    def _font_page(self, number: int | None) -> None:
        if self._state.place is Place.FONTS:
            self._fonts.set_page(number)

    def _skipped(self, number: int | None) -> None:
        self._state.skipped_after_unicode = max(number or 0, 0)

    def _outline(self, number: int | None) -> None:
        self._state.outline = max(number or 0, 0)

    def _level(self, number: int | None) -> None:
        self._state.level = max(number or 0, 0)

    def _in_table(self, _: int | None) -> None:
        self._state.in_table = True

    def _hide(self, number: int | None) -> None:
        self._state.is_hidden = number != 0

    def _delete(self, number: int | None) -> None:
        self._state.is_deleted = number != 0

    def _script(self, tag: str, number: int | None) -> None:
        self._state.script = "" if number == 0 else tag
