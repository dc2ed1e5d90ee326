"""Places are those of the body that was sent."""

from __future__ import annotations

from typing import Any

import pytest

from ragline_gateway.field_place import field_place


@pytest.mark.parametrize(
    ("loc", "body", "missing", "place"),
    [
        (("text",), {"text": ""}, False, ["text"]),
        (("text",), {}, True, ["text"]),
        (("m", 0, "content", "str"), {"m": [{"content": 5}]}, False, ["m", 0, "content"]),
        (
            ("m", 0, "content", "tuple[Part, ...]", 1, "type"),
            {"m": [{"content": [{}, {}]}]},
            True,
            ["m", 0, "content", 1, "type"],
        ),
        (
            ("input", "tuple[A | B, ...]", 0, "A", "role"),
            {"input": [{}]},
            True,
            ["input", 0, "role"],
        ),
        (("text", "str"), {"text": "s"}, False, ["text"]),
    ],
)
def test_what_nobody_wrote_is_left_out(
    loc: tuple[Any, ...], body: Any, missing: bool, place: list[Any]
) -> None:
    assert field_place(loc, body, missing=missing) == place
