"""What may leave: a tenant's documents, as far as a set without access control can hold them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from ragline.contracts.answers import Citation, ClaimSupport, QueryAnswered
from ragline_cli.feedback.access import Access
from ragline_cli.feedback.documents import Documents
from ragline_cli.feedback.quotes import quoted_text
from ragline_cli.feedback.rated_answers import RatedAnswer


class Holding(StrEnum):
    """What the set has of a document."""

    INLINE = "inline"
    QUOTED = "quoted"
    TEXTLESS = "textless"
    RESTRICTED = "restricted"
    GONE = "gone"


class Disclosure:
    """The current documents, and who may read them.

    Args:
        shelf: the documents.
        access: which of them are limited to groups.
        answers: their quotes are the text of documents that are not inline.
        include_restricted: documents limited to groups may leave, too.
    """

    def __init__(
        self,
        documents: Documents,
        access: Access,
        answers: Iterable[RatedAnswer],
        *,
        include_restricted: bool = False,
    ) -> None:
        self.documents = documents
        self._access = access
        self._include_restricted = include_restricted
        self.quoted = self._quoted(answers)
        self._keeps_some_back = any(
            self.holding(d) is Holding.RESTRICTED for d in documents.entries
        )

    def holding(self, document_id: str) -> Holding:
        """Return what the set has of a document."""
        entry = self.documents.entries.get(document_id)
        if entry is None or entry.gone:
            return Holding.GONE
        if self._access.restricted(document_id) and not self._include_restricted:
            return Holding.RESTRICTED
        if entry.place is None:
            return Holding.QUOTED if document_id in self.quoted else Holding.TEXTLESS
        return Holding.TEXTLESS if entry.empty else Holding.INLINE

    def may_show(self, answer: QueryAnswered) -> bool:
        """Whether an answer's text may leave: all that it draws on may still be read by all.

        What a claim without support draws on is not known: any passage that its reader could see.
        """
        claims = answer.validation.claims if answer.validation else ()
        if self._keeps_some_back and any(c.support is ClaimSupport.UNSUPPORTED for c in claims):
            return False
        cited = (citation.document_id for citation in answer.citations)
        named = (source.document_id for source in answer.nearest)
        return all(self.may_name(document_id) for document_id in (*cited, *named))

    def may_name(self, document_id: str) -> bool:
        """Whether a document may be read by all, and is still there."""
        return self.holding(document_id) not in (Holding.RESTRICTED, Holding.GONE)

    def _quoted(self, answers: Iterable[RatedAnswer]) -> dict[str, str]:
        # of the current version alone: what an update took out must not come back
        cited: dict[str, list[Citation]] = {}
        for citation in (each for rated in answers for each in rated.answer.citations):
            entry = self.documents.entries.get(citation.document_id)
            if entry and entry.place is None and entry.version == citation.version:
                cited.setdefault(citation.document_id, []).append(citation)
        texts = {document_id: quoted_text(found) for document_id, found in cited.items()}
        return {document_id: text for document_id, text in texts.items() if text}
