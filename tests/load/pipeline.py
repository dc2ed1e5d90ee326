"""`python -m tests.load.pipeline`: the stub pipeline of the load test, in its own process.

A question whose text is `now` is answered at once. Any other text is the number of seconds over
which tokens are sent at a steady rate. Each stream starts with a random delay, so that streams are
not synchronized; each token is the time at which it was sent.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import time

from ragline.settings import ServiceSettings
from ragline.testing.stub_pipeline import StubQuestion, stub_pipeline

PAUSE_S = float(os.environ.get("LOAD_TOKEN_PAUSE_S", "10"))


async def script(question: StubQuestion) -> None:
    """Answer one question."""
    if question.query.text == "now":
        await question.answer("A badge opens doors. [1]")
        return
    until = time.time() + float(question.query.text)
    await question.begin()
    await asyncio.sleep(random.uniform(0, PAUSE_S))
    while time.time() < until:
        await question.say(f"{time.time():.6f} ")
        await asyncio.sleep(PAUSE_S)
    await question.answer("done")


async def main() -> None:
    """Answer until killed."""
    settings = ServiceSettings()
    async with stub_pipeline(settings.kafka, settings.redis, script):
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    gc.disable()  # its own pauses would be attributed to the gateway
    asyncio.run(main())
