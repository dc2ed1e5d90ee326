"""A warning that repeats itself is written once in a while."""

from __future__ import annotations

import logging

from ragline.observability.repeat_filter import RepeatFilter


class Log:
    """Writes through a filter, at a time of the test's."""

    def __init__(self) -> None:
        self.now = 0.0
        self.lines: list[str] = []
        self._filter = RepeatFilter(hold_s=300, clock=lambda: self.now)

    def write(self, text: str, *args: object, level: int = 30, name: str = "ragline.x") -> None:
        record = logging.LogRecord(name, level, "", 0, text, args, None)
        if self._filter.filter(record):
            self.lines.append(record.getMessage())


def test_repeats_that_differ_in_numbers_are_held_back_and_counted() -> None:
    log = Log()
    for second in range(60):
        log.now = second
        log.write("attempt %d of partition 3, again in %.1f s", second, second / 10)
    assert log.lines == ["attempt 0 of partition 3, again in 0.0 s"]
    log.now = 301
    log.write("attempt %d of partition 3, again in %.1f s", 301, 0.5)
    assert log.lines[1:] == ["attempt 301 of partition 3, again in 0.5 s (59 more like it since)"]


def test_another_text_or_logger_is_another_warning() -> None:
    log = Log()
    for text, name in (("store away", "a"), ("Redis away", "a"), ("store away", "b")):
        log.write(text, name=name)
    assert len(log.lines) == 3


def test_lines_below_a_warning_all_pass() -> None:
    log = Log()
    for _ in range(3):
        log.write("queries q-1: published", level=logging.INFO)
    assert len(log.lines) == 3


def test_whatever_aiokafka_says_of_an_outage_is_one_warning() -> None:
    log = Log()
    log.write("Unable to connect to node 1", name="aiokafka.client", level=logging.ERROR)
    log.write("Heartbeat failed", name="aiokafka.consumer.group_coordinator")
    assert log.lines == ["Unable to connect to node 1"]


def test_what_is_known_has_an_end() -> None:
    log = Log()
    for number in range(1_000):
        log.write("a" * number)
    log.write("")
    assert len(log.lines) == 1_001
