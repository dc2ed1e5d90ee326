"""Plain text with `format=flowed` (RFC 3676), in which a space at a line's end joins it on."""

from __future__ import annotations

_SIGNATURE = "-- "


def unflowed(text: str, *, delete_space: bool) -> str:
    """Return the text with one line for each paragraph; `delete_space`: no space between lines."""
    lines: list[str] = []
    is_open, depth_before = False, 0
    for line in text.split("\n"):
        rest = line.lstrip(">")
        depth = len(line) - len(rest)
        rest = rest.removeprefix(" ")
        goes_on = rest.endswith(" ") and rest != _SIGNATURE
        shown = rest[:-1] if goes_on and delete_space else rest
        if is_open and depth == depth_before and rest != _SIGNATURE:
            lines[-1] += shown
        else:
            lines.append(("> " if depth else "") + shown)
        is_open, depth_before = goes_on, depth
    return "\n".join(lines)
