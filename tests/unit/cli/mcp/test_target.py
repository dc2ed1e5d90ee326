"""Which gateway `ragline mcp` talks to, and as whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragline.errors import Misconfigured
from ragline_cli.errors import StackNotRunning
from ragline_cli.mcp.target import target


@pytest.mark.parametrize(
    "url",
    [
        "https://ragline.example.org",
        "https://ragline.example.org/mcp/",
        "https://ragline.example.org/mcp",
    ],
)
def test_the_address_is_the_gateways_or_that_of_its_mcp(url: str) -> None:
    found = target(url, {})

    assert found.url == "https://ragline.example.org/mcp"
    assert found.headers == {}


def test_the_key_comes_from_the_environment_and_is_not_shown() -> None:
    found = target("http://localhost:8080", {"RAGLINE_KEY": " rl_secret\n"})

    assert found.headers == {"Authorization": "Bearer rl_secret"}
    assert "rl_secret" not in repr(found)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("localhost:8080", ""),
        ("ftp://x", ""),
        ("https://", ""),
        ("http://x", "a\nb"),
        ("http://x", "ü"),
    ],
)
def test_what_cannot_be_used_is_named(url: str, key: str) -> None:
    with pytest.raises(Misconfigured, match=r"RAGLINE_(URL|KEY)"):
        target(url, {"RAGLINE_KEY": key})


def test_without_an_address_and_without_a_stack_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StackNotRunning, match="RAGLINE_URL"):
        target(None, {"RAGLINE_HOME": str(tmp_path)})
