"""Admission control of the pipeline by the consumer lag of the stages after the classifier."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ragline.background import beside
from ragline.contracts.topics import LAG_READERS, Service, consumed_by, consumer_group
from ragline.messaging.admission import Admission, AdmissionLimits
from ragline.messaging.assignment import Assignment
from ragline.messaging.backlog import Backlog
from ragline.messaging.lag import GroupTopic, Look, watching_lag
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.metrics import Metrics
from ragline_classifier.settings import AdmissionSettings, Settings

_RELEASE_S = 0.1
# in pipeline order
BEHIND = tuple(
    GroupTopic(group=consumer_group(service, topic), topic=topic.name)
    for service in LAG_READERS[Service.CLASSIFIER]
    for topic in consumed_by(service)
)


@asynccontextmanager
async def open_admission(
    settings: Settings, metrics: Metrics, *, waiting: WaitingTasks, assignment: Assignment
) -> AsyncIterator[Admission]:
    """Watch the lag of the later stages and admit questions by it; all of them without a broker."""
    own = settings.admission
    backlog = Backlog(clock=time.monotonic, least_window=own.least_window, target_s=own.target_s)
    admission = Admission(
        backlog=backlog,
        limits=_limits(own),
        metrics=metrics,
        waiting=waiting,
        assignment=assignment,
    )

    def tell(look: Look) -> None:
        backlog.observe(lag=look.lag, done=look.done, members=look.members)
        metrics.set("ragline_backlog_records", look.lag)
        metrics.set("ragline_backlog_capacity", backlog.capacity)

    async with (
        # between two looks at the lag, or the later stages would run idle
        beside(admission.release_forever(every_s=_RELEASE_S)),
        watching_lag(
            settings.kafka, BEHIND, tell=tell, every_s=own.poll_s, idle=lambda: backlog.idle
        ),
    ):
        yield admission


def _limits(own: AdmissionSettings) -> AdmissionLimits:
    return AdmissionLimits(
        concurrency=own.concurrency, max_waiting=own.max_waiting, work_s=own.work_s
    )
