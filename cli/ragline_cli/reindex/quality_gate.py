"""The gate of quality: the new index must not find less than the live one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ragline.contracts.indexes import Index
from ragline.index_settings import settings_for
from ragline.observability.metrics import Metrics
from ragline_cli.evaluate.installed import require_evaluation
from ragline_cli.reindex.gates import GateName, GateState


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityGate:
    """Asks both indexes judged questions.

    Args:
        folder: questions and judgements in BEIR's form, as `ragline feedback export` writes them.
        split: which judgements.
        tenant: whose documents they name.
        groups: those of who asks.
    """

    folder: Path
    split: str
    tenant: str
    groups: tuple[str, ...] = ()

    async def __call__(self, live: Index, new: Index) -> GateState:
        """Compare two indexes.

        Raises:
            Misconfigured: a file is missing or wrong, or the evaluation is not installed.
            TransientError: a store or a model does not answer.
        """
        require_evaluation("ragline reindex --judged")
        from ragline_evaluation import dataset
        from ragline_evaluation.retrieval.index_quality import compare_quality
        from ragline_evaluation.stages import open_classifier
        from ragline_retriever.app import open_stage
        from ragline_retriever.settings import Settings

        data = dataset.read(self.folder, split=self.split)
        settings, metrics = Settings(), Metrics()
        async with (
            open_classifier() as classify,
            open_stage(settings_for(settings, live), metrics) as one,
            open_stage(settings_for(settings, new), metrics) as other,
        ):
            found = await compare_quality(
                classify, one.stage, other.stage, data, tenant=self.tenant, groups=self.groups
            )
        return GateState(
            gate=GateName.QUALITY,
            open=not found.is_worse,
            found=str(found),
            look="`ragline eval retrieval` and `ragline shadow` show what differs",
        )
