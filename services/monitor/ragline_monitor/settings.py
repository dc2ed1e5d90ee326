"""Settings of the monitor: `RAGLINE_MONITOR__<NAME>`."""

from __future__ import annotations

from pydantic import Field

from ragline.settings import Group, PositiveFloat, PositiveInt, ServiceSettings


class MonitorGroup(Group):
    """What is watched, and from when on it is alarming."""

    freshness_objective_s: PositiveFloat = Field(
        10.0, description="a change should be searchable within it"
    )
    look_every_s: PositiveFloat = Field(2.0, description="between two looks at the stages' lag")
    remembered_days: PositiveInt = Field(
        14, description="how long answers are remembered for feedback, and hours for drift"
    )


class Settings(ServiceSettings):
    """Everything that the monitor reads from the environment."""

    monitor: MonitorGroup = MonitorGroup()
