"""What form clients of the Responses API want an answer in: `text.format`. Pure."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from ragline_gateway.chat.response_format import schema_text


class TextFormat(BaseModel):
    """`text`, `json_object` (any object), or `json_schema`; name and `strict` change nothing."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["text", "json_object", "json_schema"]
    name: Annotated[str, StringConstraints(max_length=64)] | None = None
    description: Annotated[str, StringConstraints(max_length=4_096)] | None = None
    schema_: dict[str, Any] | None = Field(None, alias="schema")
    strict: StrictBool | None = None


class TextConfig(BaseModel):
    """How the text is to be."""

    model_config = ConfigDict(extra="forbid")

    format: TextFormat | None = None
    verbosity: Literal["medium"] | None = None

    def schema_text(self) -> str | None:
        """Return the text of the JSON Schema that the answer is to fill; None for text.

        Raises:
            Problem: 400, it is not one that is taken.
        """
        wanted = self.format
        if wanted is None or wanted.type == "text":
            return None
        if wanted.type == "json_object":
            return schema_text(None)
        return schema_text(wanted.schema_, wanted.description, "text", "format", "schema")
