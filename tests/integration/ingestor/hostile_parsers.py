"""A parser process that reads media types which parse like the worst documents.

Run as the product's own program is, with the same argument.
"""

from __future__ import annotations

import ctypes
import os
import sys
import time

from ragline import language
from ragline_ingestor import parsers
from ragline_ingestor.document import Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.plain import parse_plain
from ragline_ingestor.sandbox.child import main


def loop(content: Content, limits: ParseLimits) -> ParsedDocument:
    while True:
        pass


def sleep(content: Content, limits: ParseLimits) -> ParsedDocument:
    print("what a library prints is no reply", flush=True)  # noqa: T201
    time.sleep(600)
    raise AssertionError


def hoard(content: Content, limits: ParseLimits) -> ParsedDocument:
    kept = []
    while True:
        kept.append(bytearray(1024 * 1024))


def break_down(content: Content, limits: ParseLimits) -> ParsedDocument:
    ctypes.string_at(0)
    raise AssertionError


def leave(content: Content, limits: ParseLimits) -> ParsedDocument:
    os._exit(3)


def bloat(content: Content, limits: ParseLimits) -> ParsedDocument:
    bytearray(200 * 1024 * 1024)
    return parse_plain(content, limits)


HOSTILE = {
    "text/loop": loop,
    "text/sleep": sleep,
    "text/hoard": hoard,
    "text/break-down": break_down,
    "text/leave": leave,
    "text/bloat": bloat,
}

if __name__ == "__main__":
    language.load = lambda: None  # these documents are too short to need it
    parsers.PARSERS = {**parsers.PARSERS, **HOSTILE}
    main(sys.argv[1])
