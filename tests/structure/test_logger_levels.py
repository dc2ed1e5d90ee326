"""What a test does to the log, no later one on the same worker has to do without."""

from __future__ import annotations

import logging

from tests.logger_levels import levels_as_before

from ragline_cli.connection import connection


def test_after_a_command_the_clients_log_is_heard_again() -> None:
    log = logging.getLogger("aiokafka")
    before = log.level

    with levels_as_before():
        connection("127.0.0.1:1")
        assert log.level == logging.CRITICAL

    assert log.level == before


def test_a_new_logger_and_the_root_get_their_levels_back() -> None:
    root = logging.getLogger().level

    with levels_as_before():
        logging.getLogger("ragline.testing.new").setLevel(logging.DEBUG)
        logging.getLogger().setLevel(logging.CRITICAL)

    assert logging.getLogger("ragline.testing.new").level == logging.NOTSET
    assert logging.getLogger().level == root
