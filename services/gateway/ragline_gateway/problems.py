"""Errors in the form that callers see: problem details of RFC 9457."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field


class FieldError(BaseModel):
    """One thing that is wrong with a request."""

    loc: list[str | int] = Field(
        description="where: `body`, `query`, `path` or `header`, and the way to the field",
        examples=[["body", "text"]],
    )
    message: str = Field(description="what is wrong with it", examples=["Field required"])


class ProblemBody(BaseModel):
    """Why a request failed (RFC 9457)."""

    type: str = Field(description="`urn:ragline:problem:` and the code")
    title: str = Field(description="what happened, the same for each problem of the code")
    status: int = Field(description="the HTTP status")
    detail: str | None = Field(None, description="what to do about this one")
    code: str = Field(description="short and stable, for programs")
    errors: list[FieldError] | None = Field(None, description="of 422: each thing that is wrong")


class Problem(Exception):
    """An error that is answered with problem details.

    Args:
        status: the HTTP status.
        code: short and stable, words joined by `-`; for programs and metrics.
        title: what happened, the same for each problem of this code.
        detail: what to do; contains no secrets and repeats no input.
        errors: each thing that is wrong with the request.
        headers: further response headers; a 503 has `Retry-After` in any case.
    """

    def __init__(
        self,
        *,
        status: int,
        code: str,
        title: str,
        detail: str | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = (retry_after_header(None) if status == 503 else {}) | dict(headers or {})

    def text(self) -> str:
        """Return all of it in a line: what happened, what to do, what is wrong, and the code."""
        told = f"{self.title}: {self.detail}" if self.detail else self.title
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in each.loc)}: {each.message}" for each in self.errors
        )
        return f"{told} ({wrong}) [{self.code}]" if wrong else f"{told} [{self.code}]"

    def body(self) -> dict[str, Any]:
        """Return the problem as JSON."""
        return ProblemBody(
            type=f"urn:ragline:problem:{self.code}",
            title=self.title,
            status=self.status,
            detail=self.detail,
            code=self.code,
            errors=list(self.errors) or None,
        ).model_dump(mode="json", exclude_none=True)


class NoCredentials(Problem):
    """401: the request has no credentials."""

    def __init__(self) -> None:
        super().__init__(
            status=401,
            code="no-credentials",
            title="Say who you are",
            detail="send `Authorization: Bearer` with an API key or a JWT, or `X-API-Key`",
            headers={"WWW-Authenticate": 'Bearer realm="ragline"'},
        )


class InvalidCredentials(Problem):
    """401: the credentials are not valid. `detail` repeats nothing of them."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            status=401,
            code="invalid-credentials",
            title="These credentials do not count",
            detail=detail,
            headers={"WWW-Authenticate": 'Bearer realm="ragline", error="invalid_token"'},
        )


class MissingScope(Problem):
    """403: the caller is authenticated but may not do this."""

    def __init__(self, scope: str) -> None:
        challenge = f'Bearer realm="ragline", error="insufficient_scope", scope="{scope}"'
        super().__init__(
            status=403,
            code="missing-scope",
            title=f"These credentials lack the scope {scope}",
            detail=f"use credentials with the scope `{scope}`",
            headers={"WWW-Authenticate": challenge},
        )


class TooManyRequests(Problem):
    """429: `limit` requests a minute are used up; retry after `retry_after` seconds."""

    def __init__(self, limit: int, retry_after: float, headers: Mapping[str, str]) -> None:
        super().__init__(
            status=429,
            code="too-many-requests",
            title="There were too many requests",
            detail=f"at most {limit} a minute are taken; wait as long as `Retry-After` says",
            headers={**headers, **retry_after_header(retry_after)},
        )


class TooManyAtOnce(Problem):
    """413: one request carries more than `most`, a whole minute's."""

    def __init__(self, most: int) -> None:
        super().__init__(
            status=413,
            code="too-many-at-once",
            title="The request carries too much to do",
            detail=f"each document or rating counts as a request; send at most {most} at once",
        )


class TooLarge(Problem):
    """413: more than `most` bytes. The rest of the body is not read."""

    def __init__(self, most: int) -> None:
        super().__init__(
            status=413,
            code="too-large",
            title="The request is too large",
            detail=f"send at most {most} bytes",
            headers={"Connection": "close"},
        )


def retry_after_header(seconds: float | None) -> dict[str, str]:
    """Return the `Retry-After` header in whole seconds, at least 1; 1 if the wait is unknown."""
    return {"Retry-After": str(max(1, math.ceil(seconds or 0)))}
