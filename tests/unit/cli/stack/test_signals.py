import os
import signal

import pytest

from ragline_cli.stack.signals import stop_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_asks_to_stop_and_raises_nothing(number: signal.Signals) -> None:
    with stop_signals() as signals:
        assert not signals.requested.is_set()
        os.kill(os.getpid(), number)
        assert signals.requested.wait(1)


def test_a_second_signal_calls_for_haste() -> None:
    calls: list[str] = []
    with stop_signals() as signals:
        signals.on_repeat(lambda: calls.append("kill"))
        signal.raise_signal(signal.SIGINT)
        assert calls == []
        signal.raise_signal(signal.SIGINT)
    assert calls == ["kill"]


def test_a_signal_interrupts_reading_from_the_terminal() -> None:
    with stop_signals() as signals, signals.interrupting(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_the_earlier_handlers_come_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stop_signals():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
