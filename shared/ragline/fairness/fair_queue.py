"""A queue that serves tenants in turn, so that one's burst does not delay another. Pure logic.

Round robin over the waiting tenants, first come first served within a tenant: start-time fair
queueing for records of equal cost (Nagle, "On Packet Switches with Infinite Storage", RFC 970).
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Items queued per tenant."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, deque[T]] = OrderedDict()
        self._size = 0

    def __len__(self) -> int:
        """Return how many items wait."""
        return self._size

    def push(self, tenant: str, item: T) -> None:
        """Append an item to its tenant's line; a new line is served last."""
        self._lines.setdefault(tenant, deque()).append(item)
        self._size += 1

    def pop(self) -> T:
        """Take the next item of the tenant whose turn it is.

        Raises:
            KeyError: nothing waits.
        """
        tenant, line = self._lines.popitem(last=False)
        item = line.popleft()
        if line:
            self._lines[tenant] = line
        self._size -= 1
        return item

    def pop_allowed(self, allowed: Callable[[str], bool]) -> tuple[str, T] | None:
        """Take the next item of the first tenant in turn that is `allowed`; with the tenant.

        A tenant that is passed over keeps its place. None if nothing of an allowed tenant waits.
        """
        tenant = next(filter(allowed, self._lines), None)
        if tenant is None:
            return None
        line = self._lines[tenant]
        item = line.popleft()
        if line:
            self._lines.move_to_end(tenant)
        else:
            del self._lines[tenant]
        self._size -= 1
        return tenant, item

    def remove(self, tenant: str, item: T) -> None:
        """Take an item out of its tenant's line; does nothing when it is no longer there."""
        line = self._lines.get(tenant)
        if line is None or item not in line:
            return
        line.remove(item)
        self._size -= 1
        if not line:
            del self._lines[tenant]

    def waiting(self, tenant: str) -> int:
        """Return how many items of a tenant wait."""
        return len(self._lines.get(tenant, ()))

    def ahead_of(self, tenant: str) -> int:
        """Return how many items would be served before a new one of `tenant`."""
        own = self.waiting(tenant)
        # before the new item, each tenant is served at most `own + 1` times
        return sum(min(len(line), own + 1) for line in self._lines.values())
