"""The encodings of RTF's fonts and code pages."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from types import MappingProxyType

DEFAULT = "cp1252"
_BY_CHARSET: Mapping[int, str] = MappingProxyType(
    {
        77: "mac_roman",
        **{128: "cp932", 129: "cp949", 130: "johab", 134: "cp936", 136: "cp950"},
        **{161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256"},
        **{186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437"},
        255: "cp850",
    }
)
_BY_PAGE: Mapping[int, str] = MappingProxyType({10000: "mac_roman", 65001: "utf-8"})


def of_charset(charset: int) -> str | None:
    """Return the encoding of a font's character set; None where the document's own counts."""
    return _BY_CHARSET.get(charset)


def of_page(page: int) -> str:
    """Return the encoding of a code page; that of Western Windows for one that is not known."""
    name = _BY_PAGE.get(page, f"cp{page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return DEFAULT
