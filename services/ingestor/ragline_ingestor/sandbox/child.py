"""The parser process: reads documents from its input and writes what comes of them.

It ends when its input does, so it does not outlive the service; signals that ask the service to
stop are for the service, which kills it.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import BinaryIO

from ragline import language
from ragline.errors import InvalidDocument
from ragline_ingestor.prepared import Prepared
from ragline_ingestor.preparer import Preparer
from ragline_ingestor.sandbox.budget import Budget, prepare_to_be_killed
from ragline_ingestor.sandbox.failures import crashed, out_of_memory
from ragline_ingestor.sandbox.messages import (
    OPTIONS,
    READY,
    REPLY,
    Refusal,
    Reply,
    decode_request,
    framed,
    read_frame,
)


def main(options: str) -> None:
    """Serve standard input and output with the JSON of `ParserOptions`."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    prepare_to_be_killed()
    logging.disable()  # libraries describe a stranger's mistakes at length
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no reply
    parsed = OPTIONS.validate_json(options)
    language.load()
    serve(
        Preparer(limits=parsed.limits, sizes=parsed.sizes),
        Budget(parsed.process),
        requests=sys.stdin.buffer,
        replies=replies,
    )


def serve(
    prepare: Callable[..., Prepared], budget: Budget, *, requests: BinaryIO, replies: BinaryIO
) -> None:
    """Say that the process is ready, then answer each request until one uses up the process."""
    _send(replies, READY)
    while (request := read_frame(requests)) is not None:
        reply, is_last = _reply(prepare, budget, request)
        _send(replies, reply)
        if is_last:
            return


def _send(replies: BinaryIO, payload: bytes) -> None:
    replies.write(framed(payload))
    replies.flush()


def _reply(prepare: Callable[..., Prepared], budget: Budget, request: bytes) -> tuple[bytes, bool]:
    content, names = decode_request(request)
    try:
        with budget.held():
            prepared = prepare(content, names=names)
        return _encoded(prepared, is_last=budget.half_spent)
    except MemoryError:
        return _encoded(out_of_memory(budget.limits), is_last=True)
    except InvalidDocument as error:
        # a library's error that is told as the document's may have been for want of memory
        if error.__cause__ is not None and budget.half_spent:
            return _encoded(out_of_memory(budget.limits), is_last=True)
        refusal = Refusal(code=error.code, message=str(error))
    except Exception as error:  # a mistake of ours, which must not end the process
        traceback.print_exc()
        refusal = crashed(f"failed with {type(error).__name__}")
    return _encoded(refusal, is_last=budget.half_spent)


def _encoded(outcome: Prepared | Refusal, *, is_last: bool) -> tuple[bytes, bool]:
    return REPLY.dump_json(Reply(outcome=outcome, is_last=is_last)), is_last


if __name__ == "__main__":
    main(sys.argv[1])
