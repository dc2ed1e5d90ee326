"""Where the gateway of a stack listens, and as whom it lets in who has no credentials."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragline_cli.stack import gateway
from ragline_cli.stack.addresses import GatewayAddress
from ragline_cli.stack.gateway import CONSOLE_PORT, claimed, console_port, gateway_address
from ragline_gateway.settings import Settings

PREFIX = "RAGLINE_GATEWAY__"
FREE = 23_456


@pytest.fixture(autouse=True)
def no_ports(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Stands in for the kernel: gives the ports that are in use."""
    used: set[int] = set()
    monkeypatch.setattr(gateway, "is_free", lambda port: port not in used)
    monkeypatch.setattr(gateway, "claimed", lambda _port: True)
    monkeypatch.setattr(gateway, "free_port", lambda: FREE)
    monkeypatch.setattr(gateway, "choose_port", lambda wanted: wanted or FREE)
    return used


def test_the_console_has_the_port_that_people_remember() -> None:
    assert console_port(None) == CONSOLE_PORT == Settings().gateway.port


def test_a_second_stack_gets_another_port(no_ports: set[int]) -> None:
    no_ports.add(CONSOLE_PORT)
    assert console_port(None) == FREE


def test_of_two_stacks_that_start_at_once_one_gets_the_port(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(gateway, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(gateway, "claimed", claimed)
    assert [console_port(None) for _ in range(2)] == [CONSOLE_PORT, FREE]


def test_a_wanted_port_is_left_to_be_checked(no_ports: set[int]) -> None:
    no_ports.add(9_999)
    assert console_port(9_999) == 9_999


def test_the_gateway_listens_where_the_address_says(monkeypatch: pytest.MonkeyPatch) -> None:
    address = gateway_address(8_123, tenant="acme", given={})
    for name, value in address.environment().items():
        monkeypatch.setenv(name, value)
    settings = Settings().gateway
    assert address.url == "http://127.0.0.1:8123/"
    assert (settings.host, settings.port) == ("127.0.0.1", 8_123)
    assert settings.anonymous_tenant == address.tenant == "acme"


def test_a_tenant_that_the_user_states_is_kept() -> None:
    given = {f"{PREFIX}ANONYMOUS_TENANT": "mine", f"{PREFIX}KEYS_FILE": "/keys.toml"}
    assert gateway_address(None, tenant="acme", given=given).tenant == "mine"


@pytest.mark.parametrize("name", ["KEYS_FILE", "JWKS_URL"])
def test_who_asks_for_credentials_lets_nobody_in_without(name: str) -> None:
    address = gateway_address(None, tenant="acme", given={f"{PREFIX}{name}": "x"})
    assert address.tenant is None
    assert f"{PREFIX}ANONYMOUS_TENANT" not in address.environment()


@pytest.mark.parametrize(("own", "shown"), [("demo", ""), ("other", "?tenant=demo"), (None, "")])
def test_the_console_is_asked_for_a_tenant_that_is_not_its_own(own: str | None, shown: str) -> None:
    address = GatewayAddress(url="http://127.0.0.1:8080/", tenant=own)
    assert address.console("demo") == f"http://127.0.0.1:8080/{shown}"
