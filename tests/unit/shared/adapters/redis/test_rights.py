"""The rights of Ragline's account at Redis: nothing that is run is missing, and pages tell them."""

from __future__ import annotations

import re

from tests.structure.modules import PRODUCT, ROOT

from ragline.adapters.redis.rights import COMMANDS, rules

_CALL = re.compile(r"redis\.call\('(\w+)'")


def test_what_scripts_call_is_allowed() -> None:
    files = [file for folder in PRODUCT.values() for file in folder.rglob("*.py")]
    called = {name.lower() for file in files for name in _CALL.findall(file.read_text())}
    assert len(called) > 10
    assert called <= set(COMMANDS)


def test_nothing_dangerous_is_allowed() -> None:
    assert not {"keys", "scan", "flushall", "config", "eval", "acl", "script", "client"} & set(
        COMMANDS
    )


def test_the_page_for_operators_states_the_rules() -> None:
    page = " ".join((ROOT / "docs" / "operate.md").read_text(encoding="utf-8").split())
    assert f"ACL SETUSER ragline on >PASSWORD {' '.join(rules())}" in page
