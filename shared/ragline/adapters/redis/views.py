"""The monitor's views in Redis: the pipeline's state and each document's last status.

`ragline:views:pipeline` is the state as JSON. `ragline:views:document:{tenant}:{document_id}` is a
hash of the status and of `order`, which a script compares to decide which status is newer.
`ragline:views:recent:{tenant}` is a sorted set of document ids by the time of their status.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

from redis.asyncio import Redis

from ragline.adapters.redis.client import translated
from ragline.contracts.documents import DocumentStatus
from ragline.contracts.topics import DOCUMENT_STATUS
from ragline.ports.views import PipelineState

PIPELINE_KEY = "ragline:views:pipeline"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# A script is atomic, so the newer status of two writers stays, whoever writes last.
# `order` is compared as text: versions may exceed the integers that Lua's numbers hold exactly.
_NOTE = """
local known = redis.call('HGET', KEYS[1], 'order')
if known and known > ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'order', ARGV[1], 'status', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[5])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[4])
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - ARGV[6])
redis.call('EXPIRE', KEYS[2], ARGV[5])
return 1
"""


def document_key(tenant: str, document_id: str) -> str:
    """Return the key of a document's status; a tenant's name holds no colon."""
    return f"ragline:views:document:{tenant}:{document_id}"


def recent_key(tenant: str) -> str:
    """Return the key of a tenant's recent documents."""
    return f"ragline:views:recent:{tenant}"


class RedisViews:
    """Ports `Views` and `ViewWriter`.

    Args:
        redis: the client; its time limits bound every call.
        pipeline_ttl_s: seconds after which the pipeline's state expires unless it is written again.
        document_ttl_s: seconds that a status is kept; the retention of its topic when not given.
        most_recent: how many documents a tenant's list holds.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        pipeline_ttl_s: int = 60,
        document_ttl_s: int = DOCUMENT_STATUS.retention_ms // 1_000,
        most_recent: int = 500,
    ) -> None:
        self._redis = redis
        self._pipeline_ttl_s = pipeline_ttl_s
        self._document_ttl_s = document_ttl_s
        self._most_recent = most_recent
        self._note = redis.register_script(_NOTE)

    async def pipeline(self) -> PipelineState | None:
        """Return the pipeline's last known state, or None when there is no recent one.

        Raises:
            Unavailable: Redis is down.
        """
        with translated("look at the pipeline's state"):
            found = await self._redis.get(PIPELINE_KEY)
        return None if found is None else PipelineState.model_validate_json(found)

    async def document(self, tenant: str, document_id: str) -> DocumentStatus | None:
        """Return the status of the document's highest version, or None when none is known.

        Raises:
            Unavailable: Redis is down.
        """
        with translated("look at a document's status"):
            found = await self._redis.hget(document_key(tenant, document_id), "status")
        return None if found is None else DocumentStatus.model_validate_json(found)

    async def recent_documents(self, tenant: str, *, limit: int) -> Sequence[DocumentStatus]:
        """Return the tenant's documents whose status changed last, newest first.

        Raises:
            Unavailable: Redis is down.
        """
        if limit < 1:
            return ()
        with translated("look at a tenant's documents"):
            ids = cast("list[bytes]", await self._redis.zrevrange(recent_key(tenant), 0, limit - 1))
            async with self._redis.pipeline(transaction=False) as pipeline:
                for document_id in ids:
                    pipeline.hget(document_key(tenant, document_id.decode()), "status")
                found = await pipeline.execute()
        return tuple(DocumentStatus.model_validate_json(each) for each in found if each is not None)

    async def note_pipeline(self, state: PipelineState) -> None:
        """Replace the pipeline's state.

        Raises:
            Unavailable: Redis is down.
        """
        with translated("note of the pipeline's state"):
            await self._redis.set(PIPELINE_KEY, state.model_dump_json(), ex=self._pipeline_ttl_s)

    async def note_document(self, status: DocumentStatus) -> None:
        """Store a document's status, unless a newer one is known.

        Raises:
            Unavailable: Redis is down.
        """
        keys = [document_key(status.tenant, status.document_id), recent_key(status.tenant)]
        instant = (status.finished_at - _EPOCH) // timedelta(microseconds=1)
        with translated("note of a document's status"):
            await self._note(
                keys=keys,
                args=[
                    f"{status.version:019d}.{max(instant, 0):018d}",
                    status.to_json(),
                    instant,
                    status.document_id,
                    self._document_ttl_s,
                    self._most_recent,
                ],
            )
