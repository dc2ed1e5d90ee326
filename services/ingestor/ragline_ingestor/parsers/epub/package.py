"""What an EPUB says of itself: its title, its language, and its chapters in reading order."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote
from zipfile import ZipFile

from ragline_ingestor.parsers.docx.wordml import Element
from ragline_ingestor.parsers.safe_xml import name_of
from ragline_ingestor.parsers.xml_trees import xml_root

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_CHAPTER_TYPES = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})
_CHAPTER_SUFFIXES = (".xhtml", ".html", ".htm")


@dataclass(frozen=True, slots=True, kw_only=True)
class EpubPackage:
    """A book: `chapters` are names of files in the archive; `others` are chapters out of order."""

    title: str | None
    language: str | None
    chapters: tuple[str, ...]
    others: tuple[str, ...]
    missing: tuple[str, ...]


def read_package(archive: ZipFile) -> EpubPackage:
    """Return the book's own description; without one, its pages in the order of their names."""
    names = set(archive.namelist())
    opf = _opf_name(archive, names)
    root = xml_root(archive.read(opf)) if opf in names else None
    pages = sorted(name for name in names if name.lower().endswith(_CHAPTER_SUFFIXES))
    if root is None:
        return EpubPackage(title=None, language=None, chapters=tuple(pages), others=(), missing=())
    stated = _items(root, posixpath.dirname(opf))
    spine = _attributes(root, "itemref", "idref")
    order = list(dict.fromkeys(stated[item] for item in spine if item in stated))
    chapters = [name for name in order if name in names]
    listed = [name for name in stated.values() if name in names and name not in order]
    return EpubPackage(
        title=_text(root, "title"),
        language=_text(root, "language"),
        chapters=tuple(chapters or pages),
        others=tuple(listed) if chapters else (),
        missing=tuple(name for name in order if name not in names),
    )


def encrypted(archive: ZipFile) -> frozenset[str]:
    """Return the names of the files that are encrypted; fonts often are, in books that are not."""
    if _ENCRYPTION not in archive.namelist():
        return frozenset()
    root = xml_root(archive.read(_ENCRYPTION))
    return frozenset(unquote(uri) for uri in _attributes(root, "CipherReference", "URI"))


def _opf_name(archive: ZipFile, names: set[str]) -> str:
    root = xml_root(archive.read(_CONTAINER)) if _CONTAINER in names else None
    stated = _attributes(root, "rootfile", "full-path")
    found = sorted(name for name in names if name.lower().endswith(".opf"))
    return next(iter([*stated, *found]), "")


def _attributes(root: Element | None, name: str, attribute: str) -> list[str]:
    """Return an attribute of each element of a name."""
    elements = () if root is None else root.iter()
    return [str(each.get(attribute, "")) for each in elements if name_of(each) == name]


def _items(root: Element, folder: str) -> dict[str, str]:
    """Return the names of the pages by their ids; the table of contents is none."""
    return dict(_pages(root, folder))


def _pages(root: Element, folder: str) -> Iterator[tuple[str, str]]:
    for each in root.iter():
        is_page = each.get("media-type") in _CHAPTER_TYPES
        if name_of(each) == "item" and is_page and "nav" not in _words(each, "properties"):
            path = posixpath.join(folder, unquote(str(each.get("href", ""))))
            yield str(each.get("id", "")), posixpath.normpath(path)


def _words(element: Element, name: str) -> list[str]:
    return str(element.get(name, "")).split()


def _text(root: Element, name: str) -> str | None:
    for each in root.iter():
        if name_of(each) == name and (text := " ".join("".join(each.itertext()).split())):
            return text
    return None
