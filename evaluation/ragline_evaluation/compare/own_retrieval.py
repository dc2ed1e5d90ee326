"""Ragline's classifier and retriever in one process, asked by the lines that peers are asked by.

`python -m ragline_evaluation.compare.own_retrieval TENANT`; the store is that of the settings. The
lines are described in `evaluation/peers/protocol.py`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from importlib.metadata import version
from typing import Any, TextIO

from ragline.contracts.queries import CandidatesRetrieved, QueryClassified, QuerySubmitted
from ragline_evaluation.stages import RetrievalStages, open_retrieval_stages

_PACKAGES = ("ragline", "onnxruntime")


async def answer(stages: RetrievalStages, question: str, *, tenant: str, number: int) -> list[str]:
    """Return the documents of the passages found, best first."""
    submitted = QuerySubmitted(query_id=f"compared-{number}", text=question, tenant=tenant)
    classified = await stages.classify(submitted)
    if not isinstance(classified, QueryClassified):
        raise TypeError(f"the classifier gave {type(classified).__name__}")
    retrieved = await stages.retrieve(classified)
    if not isinstance(retrieved, CandidatesRetrieved):
        raise TypeError(f"the retriever gave {type(retrieved).__name__}")
    return list(dict.fromkeys(each.document_id for each in retrieved.candidates))


async def serve(tenant: str, told: TextIO) -> None:
    """Answer the lines of standard input until it ends."""
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with open_retrieval_stages() as stages, asyncio.TaskGroup() as tasks:
        _tell(told, {"ready": {name: version(name) for name in _PACKAGES}})
        while line := await lines.readline():
            tasks.create_task(_answered(stages, json.loads(line), tenant, told))


async def _answered(
    stages: RetrievalStages, request: dict[str, Any], tenant: str, told: TextIO
) -> None:
    number = request["id"]
    try:
        documents = await answer(stages, request["ask"], tenant=tenant, number=number)
    except Exception as error:
        _tell(told, {"id": number, "error": f"{type(error).__name__}: {error}"})
    else:
        _tell(told, {"id": number, "documents": documents})


def _tell(told: TextIO, message: dict[str, Any]) -> None:
    told.write(json.dumps(message) + "\n")
    told.flush()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.stdout))
