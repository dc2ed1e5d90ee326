"""The ways to deliver records to a stage. Each service's spec names one of them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar, Protocol

from ragline.contracts.topics import DOCUMENT_ACCESS, RETRIES, Topic
from ragline.messaging.claims import Claims
from ragline.messaging.composition import Composition
from ragline.messaging.document_handler import DocumentHandler
from ragline.messaging.handler import Handler, HandlerContext
from ragline.messaging.observation_handler import ObservationHandler
from ragline.messaging.query_handler import QueryHandler


class DeliveryPolicy(Protocol):
    """What is consumed, in which order, and by which handler.

    With `by_key`, records of one key are handled one after the other. `retries` are the topics that
    are consumed in addition to the service's inbound topics. `first` is the topic that is read up
    to where it ended at start before the others are read; null if there is none.
    """

    by_key: ClassVar[bool]
    retries: ClassVar[tuple[Topic, ...]]
    first: ClassVar[Topic | None]

    def handler(self, context: HandlerContext, composition: Composition, /) -> Handler:
        """Return the handler of the service's records."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryDelivery:
    """Each question gets one distinct answer, or goes to the next stage, within its deadline.

    With `reserves`, the work is reserved, so that a redelivery does not pay twice; for the stage
    whose output is always the answer.
    """

    by_key: ClassVar[bool] = False
    retries: ClassVar[tuple[Topic, ...]] = ()
    first: ClassVar[Topic | None] = None

    reserves: bool = False

    def handler(self, context: HandlerContext, composition: Composition, /) -> QueryHandler:
        """Return a handler that claims answers in the composition's ledger."""
        claims = Claims(
            composition.ledger,
            metrics=context.metrics,
            grace_s=context.settings.ledger_grace_s,
            lease_s=context.settings.lease_s,
            clock=time.monotonic,
        )
        return QueryHandler(
            context,
            claims=claims,
            reserves=self.reserves,
            admission=composition.admission,
            progress=composition.progress,
        )


@dataclass(frozen=True, slots=True)
class DocumentDelivery:
    """Changes of one document are applied in order, and retried through the retry topics.

    Who may read is known before there is something to read.
    """

    by_key: ClassVar[bool] = True
    retries: ClassVar[tuple[Topic, ...]] = RETRIES
    first: ClassVar[Topic | None] = DOCUMENT_ACCESS

    def handler(self, context: HandlerContext, composition: Composition, /) -> DocumentHandler:
        """Return a handler that publishes a status for each change, and what the stage records."""
        handler = DocumentHandler(context)
        composition.aside.open(handler.publish_aside)
        return handler


@dataclass(frozen=True, slots=True)
class Observation:
    """Events are passed to an `Observer`, and nothing is published."""

    by_key: ClassVar[bool] = False
    retries: ClassVar[tuple[Topic, ...]] = ()
    first: ClassVar[Topic | None] = None

    def handler(self, context: HandlerContext, _composition: Composition, /) -> ObservationHandler:
        """Return a handler that passes events to the observer."""
        return ObservationHandler(context)
