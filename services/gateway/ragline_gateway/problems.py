from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Problem(Exception):
    def __init__(
        self,
        *,
        status: int,
        code: str,
        title: str,
        detail: str | None = None,
        errors: Any = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status, self.code, self.title, self.detail, self.errors, self.headers = (
            status,
            code,
            title,
            detail,
            errors,
            dict(headers or {}),
        )

    def body(self) -> dict[str, Any]:
        return {
            "type": f"urn:ragline:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
