"""`ragline feedback export`: from the topics to a folder that `ragline eval` reads."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ragline.contracts.topics import ANSWERS, DOCUMENT_ACCESS, DOCUMENTS, FEEDBACK
from ragline.settings import KafkaSettings
from ragline_cli.feedback.access import Access
from ragline_cli.feedback.answer_records import AnswerRecords
from ragline_cli.feedback.counts import Counts, no_counts
from ragline_cli.feedback.disclosure import Disclosure
from ragline_cli.feedback.document_records import AccessRecords, DocumentRecords
from ragline_cli.feedback.documents import Documents
from ragline_cli.feedback.evaluation_set import build
from ragline_cli.feedback.feedback_records import FeedbackRecords
from ragline_cli.feedback.folder import require_free, whole_folder
from ragline_cli.feedback.period import Period
from ragline_cli.feedback.rated_answers import RatedAnswer, join
from ragline_cli.feedback.records import each_record
from ragline_cli.feedback.set_files import count_documents, write_mark, write_set
from ragline_cli.kafka.extent import OnProgress, no_progress


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """What to export, and where. `tenant` None means the only one with feedback in the period."""

    target: Path
    period: Period
    tenant: str | None = None
    split: str = "dev"
    include_restricted: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """The outcome. Without feedback of the tenant nothing is written, and `folder` is None.

    `others` counts the feedback of all tenants in the period.
    """

    folder: Path | None
    tenant: str | None
    request: ExportRequest
    counts: Counts
    others: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {"folder": self.folder and str(self.folder), **self.origin()}

    def origin(self) -> dict[str, Any]:
        """Return what the set was made from, as JSON data."""
        since, until = self.request.period.since, self.request.period.until
        return {
            "tenant": self.tenant,
            "since": since and since.isoformat(),
            "until": until and until.isoformat(),
            "split": self.request.split,
            "include_restricted": self.request.include_restricted,
            "counts": self.counts,
        }


async def export_feedback(
    kafka: KafkaSettings, request: ExportRequest, *, on_progress: OnProgress = no_progress
) -> Exported:
    """Write the evaluation set that `request` describes.

    Raises:
        Unavailable: no broker answers.
        Misconfigured: the folder must not be overwritten, or several tenants have feedback.
    """
    require_free(request.target, force=request.force)
    counts = no_counts()
    records = FeedbackRecords(request.period, request.tenant)
    start = request.period.since
    await each_record(kafka, FEEDBACK.name, records.see, on_progress=on_progress, start=start)
    counts["unreadable"][FEEDBACK.name] = records.unreadable
    tenant = records.tenant()
    answers = await _rated_answers(kafka, records, counts, on_progress)
    exported = Exported(
        folder=request.target if counts["feedback"]["ratings"] else None,
        tenant=tenant,
        request=request,
        counts=counts,
        others=dict(records.by_tenant),
    )
    if exported.folder is None or tenant is None:
        return exported
    with whole_folder(request.target, force=request.force) as folder, _nameless(folder) as file:
        disclosure = await _disclosure(kafka, tenant, answers, file, exported, on_progress)
        made = build(answers, disclosure, counts)
        write_set(folder, made, disclosure, split=request.split, on_progress=on_progress)
        write_mark(folder, exported.origin())
    return exported


async def _rated_answers(
    kafka: KafkaSettings, records: FeedbackRecords, counts: Counts, on_progress: OnProgress
) -> Sequence[RatedAnswer]:
    words = records.last_words
    if not words.ratings:
        return ()
    answers = AnswerRecords(rating.query_id for rating in words.ratings)
    await each_record(kafka, ANSWERS.name, answers.see, on_progress=on_progress)
    counts["unreadable"][ANSWERS.name] = answers.unreadable
    joined = join(words.ratings, answers.of)
    counts["feedback"] |= {
        "ratings": len(words.ratings) + words.replaced,
        "replaced": words.replaced,
        "foreign": joined.foreign,
        "unanswered": joined.unanswered,
    }
    return joined.answers


async def _disclosure(
    kafka: KafkaSettings,
    tenant: str,
    answers: Sequence[RatedAnswer],
    file: IO[bytes],
    exported: Exported,
    on_progress: OnProgress,
) -> Disclosure:
    documents, access = Documents(file), Access()
    records = DocumentRecords(tenant, documents, access)
    limits = AccessRecords(tenant, access)
    await each_record(kafka, DOCUMENTS.name, records.see, on_progress=on_progress)
    # read last, so that documents that were restricted in the meantime are not exported
    await each_record(kafka, DOCUMENT_ACCESS.name, limits.see, on_progress=on_progress)
    exported.counts["unreadable"][DOCUMENTS.name] = records.unreadable
    exported.counts["unreadable"][DOCUMENT_ACCESS.name] = limits.unreadable
    include_restricted = exported.request.include_restricted
    disclosure = Disclosure(documents, access, answers, include_restricted=include_restricted)
    count_documents(disclosure, exported.counts)
    return disclosure


def _nameless(folder: Path) -> IO[bytes]:
    """Open a temporary file without a name; it disappears however this process ends."""
    return tempfile.TemporaryFile(dir=folder)
