"""The vector store: reachable, of which identity, and how much it holds."""

from __future__ import annotations

from collections.abc import Iterator

from ragline.adapters.stores.indexing import ANALYSIS_VERSION, CollectionContents
from ragline.adapters.stores.opening import contents
from ragline.index_settings import settings_for
from ragline.settings import VectorStoreSettings
from ragline_cli.doctor.diagnosis import Diagnosis, Severity
from ragline_cli.doctor.indexes import kept_indexes
from ragline_cli.doctor.patient import Patient

NAME = "store"


async def check(patient: Patient) -> list[Diagnosis]:
    """Look at the collection of each index.

    Raises:
        Unavailable: a store is down.
        Misconfigured: wrong credentials, or a collection is not Ragline's.
    """
    found: list[Diagnosis] = []
    for index in await kept_indexes(patient.settings.kafka):
        settings = settings_for(patient.settings, index).vector_store
        found += judge(settings, await contents(settings))
    return found


def judge(settings: VectorStoreSettings, found: CollectionContents | None) -> Iterator[Diagnosis]:
    """Yield what the collection is, and whether this release can use it."""
    subject = f"{settings.kind} {settings.collection}"
    if found is None:
        yield Diagnosis(
            check=NAME,
            severity=Severity.WARNING,
            subject=subject,
            meaning="there is no such collection yet: the ingestor makes it when it starts",
            remedy="ragline status (does the ingestor run, with the same "
            "RAGLINE_VECTOR_STORE__COLLECTION?)",
        )
        return
    if found.identity.analysis != ANALYSIS_VERSION:
        yield Diagnosis(
            check=NAME,
            severity=Severity.ERROR,
            subject=subject,
            meaning=f"it was made with analysis {found.identity.analysis} of words, this release "
            f"has {ANALYSIS_VERSION}: services of this release refuse it",
            remedy="make an index of this release under another RAGLINE_VECTOR_STORE__COLLECTION",
        )
    counted = [
        f"{number} {what}"
        for number, what in (
            (found.tenants, "tenants"),
            (found.documents, "documents"),
            (found.chunks, "chunks"),
        )
        if number is not None
    ]
    yield Diagnosis(
        check=NAME,
        severity=Severity.NOTICE,
        subject=subject,
        meaning=f"made with {found.identity}, {found.identity.dimensions} dimensions"
        + (f"; it holds {', '.join(counted)}" if counted else ""),
    )
