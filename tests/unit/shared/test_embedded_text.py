"""What is embedded of a chunk."""

from __future__ import annotations

from ragline.embedded_text import embedded_text


def test_title_and_headings_are_embedded_with_the_text() -> None:
    assert embedded_text("Guide", ("Guide", "Setup", "Linux"), "Run it.") == (
        "Guide\nSetup > Linux\nRun it."
    )
    assert embedded_text("", (), "Run it.") == "Run it."
