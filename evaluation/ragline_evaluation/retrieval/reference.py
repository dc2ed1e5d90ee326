"""The reference for keyword search: BM25 of the library `bm25s`.

Lu, "BM25S: Orders of magnitude faster lexical search via eager sparse scoring" (2024): Lucene's
formula, k1 1.2 and b 0.75, English stop words, Snowball's stems; whole documents, title then text.
"""

from __future__ import annotations

from collections.abc import Iterable

import bm25s
import Stemmer

from ragline.contracts.documents import DocumentChanged

_MOST = 100


class ReferenceBM25:
    """An index over `events`' documents, in memory."""

    def __init__(self, events: Iterable[DocumentChanged]) -> None:
        self._stemmer = Stemmer.Stemmer("english")
        texts = {each.document_id: f"{each.title or ''}\n{each.content or ''}" for each in events}
        self._ids = list(texts)
        self._index = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
        self._index.index(self._tokens(list(texts.values())), show_progress=False)

    def search(self, question: str) -> list[str]:
        """Return the ids of the best documents, best first, without those that match no word."""
        places, scores = self._index.retrieve(
            self._tokens([question]), k=min(_MOST, len(self._ids)), show_progress=False
        )
        found = zip(places[0], scores[0], strict=True)
        return [self._ids[place] for place, score in found if score > 0]

    def _tokens(self, texts: list[str]) -> bm25s.tokenization.Tokenized:
        return bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False)
