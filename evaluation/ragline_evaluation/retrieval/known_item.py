"""Questions for documents without labels, made from their headings and links.

A known-item question has one right document: it is the text of a heading (the answer is the page
with that heading) or of a link between two documents (the answer is its target). Azzopardi, de
Rijke, Balog, "Building Simulated Queries for Known-Item Topics" (2007). The words of a heading are
also in its page, so these figures are only good to compare configurations; they do not measure the
quality for real users.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import pairwise
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ragline.errors import Misconfigured
from ragline_evaluation.dataset import Dataset, Question

_LEAST_WORDS = 2
_MOST_WORDS = 14


def build(texts: Mapping[str, str], *, name: str) -> Dataset:
    """Return known-item questions for Markdown documents, by document id.

    Texts that refer to more than one document (`Overview`, `See also`) are left out.

    Raises:
        Misconfigured: no heading or link refers to exactly one document.
    """
    named: dict[str, set[str]] = defaultdict(set)
    for document_id, text in sorted(texts.items()):
        for phrase, target in (*_headings(document_id, text), *_links(document_id, text, texts)):
            if _LEAST_WORDS <= len(phrase.split()) <= _MOST_WORDS:
                named[phrase].add(target)
    found = {phrase: targets.pop() for phrase, targets in named.items() if len(targets) == 1}
    if not found:
        raise Misconfigured(f"{name}: no heading or link names a single document; give labels")
    questions = {_key(phrase): phrase for phrase in sorted(found)}
    return Dataset(
        name=name,
        documents=[],
        questions=[Question(_id=key, text=phrase) for key, phrase in questions.items()],
        judgements={key: {found[phrase]: 1} for key, phrase in questions.items()},
        origin="known items: headings and links of the documents themselves, no labels",
    )


def _headings(document_id: str, text: str) -> Iterator[tuple[str, str]]:
    tokens = _parsed(text)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            yield _plain(inline.children or ()), document_id


def _links(document_id: str, text: str, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for token in _parsed(text):
        children = token.children or []
        for place, child in enumerate(children):
            if child.type != "link_open":
                continue
            target = _target(document_id, str(child.attrGet("href") or ""), known)
            if target is not None and target != document_id:
                yield _plain(_until_close(children[place + 1 :])), target


def _target(document_id: str, href: str, known: Mapping[str, str]) -> str | None:
    """Return the document that a relative link leads to, with or without its suffix."""
    parts = urlsplit(href)
    if parts.scheme or parts.netloc or not parts.path:
        return None
    path = posixpath.normpath(
        posixpath.join(posixpath.dirname(document_id), unquote(parts.path))
    ).lstrip("/")
    candidates = (path, f"{path}.md", f"{path}.mdx", f"{path}/index.md")
    return next((each for each in candidates if each in known), None)


def _until_close(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type == "link_close":
            return
        yield token


def _plain(tokens: Iterable[Token]) -> str:
    text = "".join(token.content for token in tokens if token.type in {"text", "code_inline"})
    return " ".join(text.split("{#")[0].split())


def _parsed(text: str) -> list[Token]:
    return MarkdownIt("commonmark").parse(text)


def _key(phrase: str) -> str:
    return blake2b(phrase.encode(), digest_size=8).hexdigest()
