"""A service with delivery as FastStream does it by default: `ACK_FIRST`. It loses records.

`python -m tests.chaos.entries.ack_first <service>` runs it. It exists to show that the checker
detects losses; no setting of the product enables it.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import ConcurrentDefaultSubscriber

from ragline.messaging import application
from ragline.messaging.consumption import Consumption
from ragline.messaging.serve import serve

_COMMIT_MS = 200


class AckFirstSubscriber(ConcurrentDefaultSubscriber):
    """FastStream's own concurrency and commits, with our handler."""

    state: Consumption

    async def process_message(self, msg: Any) -> Any:
        """Run the delivery policy; its outcome has no effect on the offset any more."""
        await self.state.deliver(msg, super().process_message)


def subscribe(broker: KafkaBroker, *, group: str, state: Consumption, **options: Any) -> Any:
    """Do the same as `ragline.messaging.ordered.subscribe`, without its guarantees."""
    subscriber: Any = broker.subscriber(
        state.topic,
        group_id=group,
        ack_policy=AckPolicy.ACK_FIRST,
        auto_offset_reset="earliest",
        auto_commit_interval_ms=_COMMIT_MS,
        session_timeout_ms=state.settings.session_timeout_ms,
        heartbeat_interval_ms=state.settings.heartbeat_interval_ms,
        max_workers=state.settings.max_in_flight,
        **options,
    )
    subscriber.__class__ = AckFirstSubscriber
    subscriber.state = state
    return subscriber


if __name__ == "__main__":
    application.subscribe = subscribe  # type: ignore[attr-defined]
    serve(importlib.import_module(f"ragline_{sys.argv[1]}.app").SPEC)
