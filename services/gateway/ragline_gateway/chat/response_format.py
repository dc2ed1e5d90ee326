"""What form OpenAI's clients want an answer in: text, or JSON that fits a schema. Pure.

Source: OpenAI API reference, "Create chat completion": `response_format`.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from ragline.contracts.answer_schema import answer_schema
from ragline_gateway.chat.parameters import refused

_ANY_OBJECT = {"type": "object"}
_CANNOT = ("invalid-schema", "This JSON Schema cannot be taken")


class NamedSchema(BaseModel):
    """A JSON Schema; its name, and whether it is followed strictly, change nothing here."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    description: Annotated[str, StringConstraints(max_length=4_096)] | None = None
    schema_: dict[str, Any] | None = Field(None, alias="schema")
    strict: StrictBool | None = None

    def text(self, *place: str) -> str:
        """Return the schema's text; `place` in the body is named where it cannot be taken.

        Raises:
            Problem: 400, the schema is not one that is taken.
        """
        return schema_text(self.schema_, self.description, *place)


class ResponseFormat(BaseModel):
    """`text`, `json_object` (any object), or `json_schema`."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["text", "json_object", "json_schema"]
    json_schema: NamedSchema | None = None

    def schema_text(self) -> str | None:
        """Return the text of the JSON Schema that the answer is to fill; None for text.

        Raises:
            Problem: 400, it is missing, or not one that is taken.
        """
        if self.type == "json_object":
            return schema_text(None)
        if self.type == "text":
            return None
        place = ("response_format", "json_schema")
        if self.json_schema is None:
            raise refused(*_CANNOT, "the type json_schema needs it", *place)
        return self.json_schema.text(*place, "schema")


def schema_text(schema: Any, description: str | None = None, *place: str) -> str:
    """Return the text of a JSON Schema of any object, if it is None.

    Raises:
        Problem: 400, it is not one that is taken; `place` in the body is named.
    """
    schema = _ANY_OBJECT if schema is None else schema
    if description is not None:
        schema = {"description": description} | schema
    try:
        return answer_schema(json.dumps(schema))
    except (RecursionError, ValueError) as error:
        raise refused(*_CANNOT, str(error), *place) from None
