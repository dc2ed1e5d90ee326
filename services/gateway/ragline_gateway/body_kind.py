"""What kind of body a route reads; another kind is refused with a word on how to send it.

A framework would take a form, or JSON that does not say it is JSON, for a body without fields. And
JSON without its content type is not read all the same: a page of any site can send that from a
visitor's browser without being asked first (CORS), and the gateway may listen without credentials.
"""

from __future__ import annotations

from email.message import Message
from enum import Enum

from fastapi import Depends, Request

from ragline_gateway.problems import Problem

_FILES = "send files as they are with `curl -F files=@NAME …/v1/documents`"
_JSON = (
    "send JSON with the header `Content-Type: application/json`: with curl write `--json` where "
    "`-d`, `-F` or `-T` is"
)


class BodyKind(Enum):
    """The kind, and what to do about a body of another one."""

    JSON = _JSON
    DOCUMENT = f"{_JSON}; or {_FILES}"
    FORM = f"{_FILES}; JSON goes to `PUT /v1/documents/ID`"

    def reads(self, content_type: str) -> bool:
        """Tell whether bodies with this header are read.

        >>> BodyKind.JSON.reads("application/vnd.api+json; charset=utf-8")
        True
        """
        message = Message()
        message["content-type"] = content_type
        main, sub = message.get_content_maintype(), message.get_content_subtype()
        if self is BodyKind.FORM:
            return (main, sub) == ("multipart", "form-data")
        return main == "application" and (sub == "json" or sub.endswith("+json"))


class _Reads:
    """A dependency of a route that reads bodies of one kind."""

    def __init__(self, kind: BodyKind) -> None:
        self._kind = kind

    async def __call__(self, request: Request) -> None:
        """Return when the body says that it is of the kind.

        Raises:
            Problem: 415, it is not.
        """
        if not self._kind.reads(request.headers.get("content-type", "")):
            raise Problem(
                status=415,
                code="unsupported-media-type",
                title="A body of this kind is not read here",
                detail=self._kind.value,
            )


check_json = _Reads(BodyKind.JSON)
JSON_BODY = Depends(check_json)
DOCUMENT_BODY = Depends(_Reads(BodyKind.DOCUMENT))
FORM_BODY = Depends(_Reads(BodyKind.FORM))
