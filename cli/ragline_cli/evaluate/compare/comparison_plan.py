"""What is compared, and how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ragline_cli.evaluate.material import Material
from ragline_cli.stack.state import StackKind
from ragline_evaluation.compare.peers import PeerSettings
from ragline_evaluation.compare.rounds import RoundPlan

NAME = "compare"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonPlan:
    """The material, how it is asked, and the repository with the peers."""

    material: Material
    plan: RoundPlan
    kind: StackKind
    kafka: bool
    peers: PeerSettings
    root: Path
