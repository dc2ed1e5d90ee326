"""Stands in until keys, limits and views are merged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from ragline.contracts.documents import DocumentStatus
from ragline.ports.views import PipelineState
from ragline_gateway.access.caller import Caller


class _Door:
    def __init__(self, tenant: str) -> None:
        self._tenant = tenant

    async def admit(self, headers: Any) -> Caller:
        return Caller(
            subject="anonymous",
            tenant=headers.get("Ragline-Tenant") or self._tenant,
            anonymous=True,
        )


@asynccontextmanager
async def open_door(own: Any, health: Any) -> AsyncIterator[_Door]:
    yield _Door(own.anonymous_tenant or "default")


class _Limiter:
    async def take(self, caller: Any, request: Any) -> None:
        return


def open_limiter(*_: Any) -> _Limiter:
    return _Limiter()


class _Views:
    async def pipeline(self) -> PipelineState | None:
        return None

    async def document(self, tenant: str, document_id: str) -> DocumentStatus | None:
        return None

    async def recent_documents(self, tenant: str, *, limit: int) -> list[DocumentStatus]:
        return []


def open_views(*_: Any) -> _Views:
    return _Views()
