"""What may be exported: documents of a tenant that a set without access control may contain."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from ragline.contracts.answers import Citation, ClaimSupport, QueryAnswered
from ragline_cli.feedback.access import Access
from ragline_cli.feedback.documents import Documents
from ragline_cli.feedback.quotes import quoted_text
from ragline_cli.feedback.rated_answers import RatedAnswer


class Holding(StrEnum):
    """Which part of a document the set contains."""

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
        answers: their quotes serve as the text of documents that are not inline.
        include_restricted: documents limited to groups may be exported too.
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
        """Return which part of a document the set contains."""
        entry = self.documents.entries.get(document_id)
        if entry is None or entry.gone:
            return Holding.GONE
        if self._access.restricted(document_id) and not self._include_restricted:
            return Holding.RESTRICTED
        if entry.place is None:
            return Holding.QUOTED if document_id in self.quoted else Holding.TEXTLESS
        return Holding.TEXTLESS if entry.empty else Holding.INLINE

    def may_show(self, answer: QueryAnswered) -> bool:
        """Whether an answer's text may be exported: everyone may still read all of its sources.

        The source of an unsupported claim is unknown: it can be any passage that its reader could
        see.
        """
        claims = answer.validation.claims if answer.validation else ()
        if self._keeps_some_back and any(c.support is ClaimSupport.UNSUPPORTED for c in claims):
            return False
        cited = (citation.document_id for citation in answer.citations)
        named = (source.document_id for source in answer.nearest)
        return all(self.may_name(document_id) for document_id in (*cited, *named))

    def may_name(self, document_id: str) -> bool:
        """Whether a document still exists and may be read by everyone in the tenant."""
        return self.holding(document_id) not in (Holding.RESTRICTED, Holding.GONE)

    def _quoted(self, answers: Iterable[RatedAnswer]) -> dict[str, str]:
        # only quotes of the current version: text that an update removed must not reappear
        cited: dict[str, list[Citation]] = {}
        for citation in (each for rated in answers for each in rated.answer.citations):
            entry = self.documents.entries.get(citation.document_id)
            if entry and entry.place is None and entry.version == citation.version:
                cited.setdefault(citation.document_id, []).append(citation)
        texts = {document_id: quoted_text(found) for document_id, found in cited.items()}
        return {document_id: text for document_id, text in texts.items() if text}
