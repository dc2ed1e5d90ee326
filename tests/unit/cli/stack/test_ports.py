import pytest

from ragline_cli.errors import StackError
from ragline_cli.stack.ports import FIRST_PORT, LAST_PORT, choose_port

EPHEMERAL_FROM = 32_768


class FakeNet:
    """Stands in for the kernel: unit tests open no sockets."""

    def __init__(self, used: set[int]) -> None:
        self.used = used

    def is_free(self, port: int) -> bool:
        return port not in self.used


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> FakeNet:
    net = FakeNet(set())
    monkeypatch.setattr("ragline_cli.stack.ports.is_free", net.is_free)
    monkeypatch.setattr("ragline_cli.stack.ports._handed_out", set[int]())
    return net


def test_free_ports_lie_below_the_ephemeral_range(net: FakeNet) -> None:
    ports = {choose_port(None) for _ in range(200)}
    assert all(FIRST_PORT <= port < LAST_PORT < EPHEMERAL_FROM for port in ports)
    assert len(ports) > 100  # two stacks that start together seldom meet


def test_a_used_port_is_never_handed_out(net: FakeNet) -> None:
    net.used = set(range(FIRST_PORT, LAST_PORT, 2))
    assert all(choose_port(None) % 2 for _ in range(100))


def test_no_port_is_handed_out_twice_although_nothing_listens_on_it_yet(
    net: FakeNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ragline_cli.stack.ports.LAST_PORT", FIRST_PORT + 40)

    ports = [choose_port(None) for _ in range(20)]

    assert len(set(ports)) == 20


def test_without_a_free_port_the_error_says_what_to_do(net: FakeNet) -> None:
    net.used = set(range(FIRST_PORT, LAST_PORT))
    with pytest.raises(StackError, match="stop some servers"):
        choose_port(None)


def test_a_wanted_port_is_taken_when_it_is_free(net: FakeNet) -> None:
    assert choose_port(9092) == 9092


def test_a_wanted_port_in_use_is_an_error_that_names_it(net: FakeNet) -> None:
    net.used = {9092}
    with pytest.raises(StackError, match="port 9092 is in use"):
        choose_port(9092)
