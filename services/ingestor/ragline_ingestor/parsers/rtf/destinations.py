"""The destinations that RTF's specification names, and where the text in each of them goes."""

from __future__ import annotations

from enum import Enum, auto


class Place(Enum):
    """Where text goes: what is skipped, what is shown, and the tables of fonts and styles."""

    SKIPPED = auto()
    SHOWN = auto()
    FONTS = auto()
    STYLES = auto()
    LABEL = auto()
    FIELD = auto()
    TITLE = auto()


_SKIPPED = (
    *("colortbl", "filetbl", "listtable", "listoverridetable", "info", "generator", "template"),
    *("private", "upr", "xe", "tc", "rxe", "txe", "bkmkstart", "bkmkend"),
    *("ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn"),
    *("annotation", "atnid", "atnauthor", "datafield", "formfield"),
    *("object", "pict", "nonshppict", "shprslt", "sp", "mmathPict"),
)
PLACES = {
    **dict.fromkeys(("listtext", "pntext"), Place.LABEL),
    **dict.fromkeys(("fldrslt", "ud", "result"), Place.SHOWN),
    "fonttbl": Place.FONTS,
    "stylesheet": Place.STYLES,
    "fldinst": Place.FIELD,
    "title": Place.TITLE,
    **dict.fromkeys(_SKIPPED, Place.SKIPPED),
}
# read even in what is skipped around it
SEEN_IN_SKIPPED = frozenset({"result", "ud", "title"})
# optional, and read as what is around them
TRANSPARENT = frozenset({"shppict", "shpinst", "moMath", "moMathPara"})
STORIES = frozenset({"footnote", "shptxt", "dptxbxtext"})
HEADERS = frozenset(
    {*("header", "headerl", "headerr", "headerf"), *("footer", "footerl", "footerr", "footerf")}
)
