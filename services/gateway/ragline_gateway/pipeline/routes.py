"""`/v1/pipeline` and `/v1/me`."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel

from ragline.ports.views import IndexState, StageState
from ragline_gateway.access.caller import KeyScope
from ragline_gateway.access.gate import Anybody, Operator
from ragline_gateway.parts import Deps
from ragline_gateway.problems import Problem

router = APIRouter(prefix="/v1", tags=["operation"])

_STALE = timedelta(seconds=15)


class PipelineBody(BaseModel):
    """Each stage's lag and consumers; `stale` when the monitor has not reported for 15 s.

    `indexes` are listed once there was more than one.
    """

    stages: tuple[StageState, ...]
    indexes: tuple[IndexState, ...] = ()
    dead_letters: int
    seen_at: AwareDatetime
    stale: bool


class Me(BaseModel):
    """The caller that the credentials identify, and their scopes."""

    tenant: str
    subject: str
    groups: tuple[str, ...]
    scopes: tuple[KeyScope, ...]
    anonymous: bool


@router.get("/pipeline", summary="Lag and consumers of each stage")
async def pipeline(_caller: Operator, parts: Deps) -> PipelineBody:
    """Return the monitor's latest report on the pipeline."""
    state = await parts.views.pipeline()
    if state is None:
        raise Problem(
            status=503,
            code="not-watched",
            title="Nobody watches the pipeline",
            detail="start the monitor; it looks every few seconds",
            headers={"Retry-After": "5"},
        )
    stale = parts.clock() - state.seen_at > _STALE
    return PipelineBody(**state.model_dump(), stale=stale)


@router.get("/me", summary="Who am I")
async def me(caller: Anybody) -> Me:
    """Return the authenticated caller."""
    return Me(
        tenant=caller.tenant,
        subject=caller.subject,
        groups=caller.groups,
        scopes=tuple(sorted(caller.scopes)),
        anonymous=caller.anonymous,
    )
