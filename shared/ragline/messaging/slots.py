"""Where a subscriber's records wait for their tenant's turn, and the slots they are worked on in.

A record is taken from Kafka before there is a slot for it, so that those of a tenant with many
records do not hide those of another. How many wait like this is bounded, in number and in bytes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from contextvars import ContextVar

from ragline.fairness.turns import Turns
from ragline.messaging.record import Record
from ragline.messaging.tenants import tenant_of
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.metrics import Metrics
from ragline.settings import KafkaSettings


class Slots:
    """The slots of one subscriber.

    Args:
        topic: for metrics.
        settings: how many records are worked on, and how many wait.
        metrics: show both.
        waiting: gets the tasks that wait for a slot.
        paused: while it returns true, no record gets a slot.
        advanced: is told when work begins after a time without any, and of the steps of work that
            lasts; with the seconds until the next step beyond the usual ones.
        changed: is called when there is room again for records that wait.
    """

    def __init__(
        self,
        topic: str,
        settings: KafkaSettings,
        *,
        metrics: Metrics,
        waiting: WaitingTasks,
        paused: Callable[[], bool],
        advanced: Callable[[float], None],
        changed: Callable[[], None],
    ) -> None:
        self.turns = Turns(settings.max_in_flight, spare=settings.spare_in_flight, paused=paused)
        self.waiting = waiting
        self.advanced = advanced
        self.changed = changed
        self._topic = topic
        self._settings = settings
        self._metrics = metrics
        self._records = 0
        self._bytes = 0

    @property
    def full(self) -> bool:
        """Whether so much waits that no more records should be taken."""
        return (
            self._records >= self._settings.max_waiting
            or self._bytes >= self._settings.max_waiting_bytes
        )

    def line_up(self, record: Record) -> RecordSlot:
        """Return the slot that a record will have; until then it waits."""
        slot = RecordSlot(self, tenant_of(record), size=len(record.value or b""))
        self.count(1, slot.size)
        return slot

    def count(self, records: int, size: int) -> None:
        """Add to what waits: a number of records, and their bytes."""
        self._records += records
        self._bytes += size

    def show(self) -> None:
        """Set the metrics; called now and then, because that costs more than a record's turn."""
        self._metrics.set("ragline_records_waiting", self._records, topic=self._topic)
        self._metrics.set("ragline_records_in_flight", self.turns.held, topic=self._topic)


class RecordSlot:
    """The slot of one record, held or waited for."""

    def __init__(self, slots: Slots, tenant: str, *, size: int) -> None:
        self._slots = slots
        self._tenant = tenant
        self._is_held = False
        self.size = size

    async def take(self) -> None:
        """Wait for the tenant's turn. The record counts as waiting until then."""
        slots = self._slots
        with slots.waiting.here():
            await slots.turns.take(self._tenant)
        self._is_held = True
        was_full = slots.full
        slots.count(-1, -self.size)
        if was_full:
            slots.changed()
        if slots.turns.held == 1:
            slots.advanced(0.0)  # the time in which there was nothing to do is not a stall
        _CURRENT.set(self)

    def leave(self) -> None:
        """Give the slot back, or leave the line; for good."""
        self._give_back()
        self._slots.count(-1, -self.size)

    @asynccontextmanager
    async def parked(self) -> AsyncIterator[None]:
        """Give the slot back while the block runs, and take one again, in turn, at its end."""
        self._give_back()
        with self._slots.waiting.here():
            yield
        await self.take()

    def signal(self) -> Callable[[float], None]:
        """Return a function that notes that the work advances; see `CurrentSlot.signal`."""
        return self._slots.advanced

    def _give_back(self) -> None:
        if self._is_held:
            self._is_held = False
            self._slots.count(1, self.size)
            self._slots.turns.give_back(self._tenant)


_CURRENT: ContextVar[RecordSlot] = ContextVar("ragline_slot")


class DeliverySlot:
    """A `CurrentSlot`: that of the record which the current task delivers, if it does."""

    def parked(self) -> AbstractAsyncContextManager[None]:
        """Give the slot back while the block runs, and take one again, in turn, at its end."""
        slot = _CURRENT.get(None)
        return nullcontext() if slot is None else slot.parked()

    def signal(self) -> Callable[[float], None]:
        """Return a function to call when the work on the record has come a step further."""
        slot = _CURRENT.get(None)
        return _nothing if slot is None else slot.signal()


def _nothing(_quiet_s: float) -> None:
    pass
