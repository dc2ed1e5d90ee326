"""Settings of the monitor: `RAGLINE_MONITOR__<NAME>`."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from ragline.settings import Group, KafkaSettings, PositiveFloat, PositiveInt, ServiceSettings
from ragline_monitor.signals import SignalLimits

_HOURS_A_DAY = 24


class MonitorGroup(Group):
    """What is monitored, and the thresholds of alarms."""

    freshness_objective_s: PositiveFloat = Field(
        10.0, description="a change should be searchable within it"
    )
    look_every_s: PositiveFloat = Field(2.0, description="between two looks at the stages' lag")
    remembered_days: PositiveInt = Field(
        14, description="how long answers are remembered for feedback, and hours for drift"
    )
    drift_every_s: PositiveFloat = Field(60.0, description="between two looks for drift")
    drift_window_hours: PositiveInt = Field(
        6, description="the last hours, which are compared with the days before them"
    )
    drift_reference_days: PositiveInt = Field(7, description="the days that they are compared with")
    drift_least_answers: PositiveInt = Field(
        200, description="answers in each of both windows; with fewer, nothing is judged"
    )
    drift_index: PositiveFloat = Field(
        0.25, description="stability index from which a mix has drifted; 0.1 is a small change"
    )
    drift_change: float = Field(
        0.05, gt=0, lt=1, description="smallest alarming change of a rate; 0.05 is 5 points"
    )
    drift_significance: float = Field(
        0.001, gt=0, lt=1, description="probability that chance alone changes a rate so much"
    )

    @model_validator(mode="after")
    def _windows_are_remembered(self) -> Self:
        needed = self.drift_window_hours + self.drift_reference_days * _HOURS_A_DAY
        if needed > self.remembered_days * _HOURS_A_DAY:
            raise ValueError("remembered_days must cover drift_window_hours and reference days")
        return self

    def signal_limits(self) -> SignalLimits:
        """Return from when on a change is alarming."""
        return SignalLimits(
            least=self.drift_least_answers,
            index=self.drift_index,
            change=self.drift_change,
            significance=self.drift_significance,
        )


class ObserverSettings(KafkaSettings):
    """Kafka settings of the monitor, on whose records nobody waits."""

    fetch_max_wait_ms: PositiveInt = Field(
        2_000, description="how long a broker holds an empty fetch; a record ends it at once"
    )


class Settings(ServiceSettings):
    """Everything that the monitor reads from the environment."""

    monitor: MonitorGroup = MonitorGroup()
    kafka: ObserverSettings = ObserverSettings()
