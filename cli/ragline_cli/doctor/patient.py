"""What the checks look at."""

from __future__ import annotations

from dataclasses import dataclass

from ragline.clock import Clock
from ragline_cli.kafka.extent import OnProgress
from ragline_cli.stack.operator_settings import OperatorSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """How to reach everything, the time here, and where a longer look reports its progress."""

    settings: OperatorSettings
    clock: Clock
    on_progress: OnProgress
