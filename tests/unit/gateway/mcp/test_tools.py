"""The tools, with the SDK's client in both eras of the protocol: results, progress, problems."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError
from tests.unit.gateway.mcp.agents import (
    Library,
    Pipeline,
    answered,
    make_gateway,
    problem_of,
    sdk_client,
)

from ragline.adapters.redis.entries import Entry
from ragline.contracts.answers import (
    AnswerError,
    AnswerStatus,
    Citation,
    Claim,
    ClaimProblem,
    ClaimSupport,
    NearestSource,
    Validation,
)
from ragline.errors import Unavailable
from ragline_gateway.streams.mailbox import Closing
from ragline_gateway.streams.readers import GaveUp

ERAS = pytest.mark.parametrize("mode", ["auto", "legacy"])
CITED = Citation(
    marker=1,
    chunk_id="c",
    document_id="hand book/badges.md",
    version=3,
    title="Badges",
    heading_path=("New",),
    start=10,
    end=24,
    quote="Ask at the desk.",
)
CHECKED = Validation(
    method="rules",
    claims=(
        Claim(text="At the desk. [1]", start=0, end=16, support=ClaimSupport.SUPPORTED, score=0.9),
        Claim(
            text="It is red.",
            start=17,
            end=27,
            support=ClaimSupport.UNSUPPORTED,
            score=0.1,
            problem=ClaimProblem.WORDS,
        ),
    ),
)


def stage(place: int, name: str) -> Entry:
    return Entry(f"0-{place}", json.dumps({"stage": name}))


def text_of(result: Any) -> str:
    (block,) = result.content
    return str(block.text)


@ERAS
async def test_an_answer_has_its_citations_and_verdicts_as_its_schema_says(mode: str) -> None:
    answer = answered(text="At the desk. [1] It is red.", citations=(CITED,), validation=CHECKED)
    gateway = make_gateway(Pipeline(answer))

    async with sdk_client(gateway, "staff", mode=mode) as client:
        tools = (await client.list_tools()).tools  # from now on the client checks each result
        result = await client.call_tool("ask", {"text": " Where? ", "options": {"top_k": 3}})

    assert [each.name for each in tools] == ["ask", "read_source", "document_status"]
    assert not result.is_error
    told = result.structured_content
    assert (told["status"], told["support_ratio"]) == ("answered", 0.5)
    (citation,) = told["citations"]
    assert (citation["document_id"], citation["start"]) == ("hand book/badges.md", 10)
    assert citation["uri"] == "ragline://documents/hand%20book/badges.md"
    assert [each["support"] for each in told["claims"]] == ["supported", "unsupported"]
    text = text_of(result)
    assert text.startswith("At the desk. [1] It is red.")
    assert "[1] Badges > New (ragline://documents/hand%20book/badges.md, version 3)" in text
    assert "- It is red. (words)" in text
    (event,) = gateway.published.events
    assert (event.text, event.tenant) == ("Where?", "acme")  # type: ignore[attr-defined]
    assert event.principal.groups == ("staff",)  # type: ignore[attr-defined]


@ERAS
async def test_progress_tells_the_stages_and_the_writing(mode: str) -> None:
    words = json.dumps({"delta": "x" * 250})
    entries = [stage(1, "classifier"), stage(2, "retriever"), Entry("1-0", words)]
    seen: list[tuple[float, float | None, str | None]] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        seen.append((progress, total, message))

    async with sdk_client(make_gateway(Pipeline(entries=entries)), mode=mode) as client:
        await client.call_tool("ask", {"text": "Where?"}, progress_callback=note)

    assert [each[2] for each in seen] == [
        "classifier at work",
        "retriever at work",
        "250 characters written",
    ]
    assert [each[0] for each in seen[:2]] == [1, 2]
    assert all(total == 5 and progress < 5 for progress, total, _ in seen)


SCHEMA = {"type": "object", "properties": {"where": {"type": "string"}}}
FOR_JSON = {"text": "Where?", "options": {"json_schema": SCHEMA, "min_versions": {"a.md": 4}}}


async def test_a_schema_is_filled_and_what_was_missing_is_told() -> None:
    answer = answered(json_text='{"where": "at the desk"}', missing_versions={"a.md": 4})
    async with sdk_client(make_gateway(Pipeline(answer))) as client:
        await client.list_tools()
        result = await client.call_tool("ask", FOR_JSON)

    assert result.structured_content["json_text"] == '{"where": "at the desk"}'
    assert result.structured_content["missing_versions"] == {"a.md": 4}
    assert '{"where": "at the desk"}' in text_of(result)
    assert "- a.md, version 4" in text_of(result)


async def test_an_answer_without_the_json_that_was_asked_for_is_a_problem() -> None:
    async with sdk_client(make_gateway(Pipeline(answered()))) as client:
        result = await client.call_tool("ask", FOR_JSON)

    assert problem_of(result)["code"] == "no-json"


async def test_a_refusal_is_a_result_with_what_comes_near() -> None:
    near = NearestSource(document_id="keys.md", version=1, title="Keys", score=0.2)
    answer = answered(
        status=AnswerStatus.REFUSED, text="The documents do not say.", nearest=(near,)
    )

    async with sdk_client(make_gateway(Pipeline(answer))) as client:
        result = await client.call_tool("ask", {"text": "Where?"})

    assert not result.is_error
    assert result.structured_content["status"] == "refused"
    assert "- Keys (keys.md)" in text_of(result)


FAILED = answered(
    status=AnswerStatus.FAILED,
    text="",
    error=AnswerError(code="overloaded", message="too many wait", retry_after=3),
)


@ERAS
@pytest.mark.parametrize(
    ("pipeline", "code"),
    [
        (Pipeline(FAILED), "overloaded"),
        (Pipeline(answered(status=AnswerStatus.EXPIRED, text="")), "deadline-exceeded"),
        (Pipeline(ends=Closing()), "interrupted"),
        (Pipeline(ends=GaveUp()), "no-answer"),
        (Pipeline(ends=Unavailable("redis://10.0.0.7 is away")), "unavailable"),
        (Pipeline(ends=LookupError("the secret hunter2")), "internal"),
        (Pipeline(full=True), "too-many-streams"),
    ],
)
async def test_a_failure_is_the_apis_problem(mode: str, pipeline: Pipeline, code: str) -> None:
    gateway = make_gateway(pipeline)
    async with sdk_client(gateway, mode=mode) as client:
        await client.list_tools()
        result = await client.call_tool("ask", {"text": "Where?"})

    assert result.is_error
    assert result.structured_content is None  # it would have to fit the schema of an answer
    assert problem_of(result)["code"] == code
    assert f"[{code}]" in text_of(result)
    assert "hunter2" not in text_of(result)
    assert "10.0.0.7" not in text_of(result)
    name, labels = "ragline_gateway_rejected_total", {"reason": code}
    assert gateway.metrics.registry.get_sample_value(name, labels) == 1


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("ask", {}, "arguments.text"),
        ("ask", {"text": "Where?", "filter": {}}, "arguments.filter"),
        ("read_source", {"document_id": "a.md", "max_chars": 0}, "arguments.max_chars"),
        ("document_status", {"document_id": "a\n"}, "arguments.document_id"),
    ],
)
async def test_wrong_arguments_are_named(tool: str, arguments: dict[str, Any], named: str) -> None:
    gateway = make_gateway()
    async with sdk_client(gateway) as client:
        result = await client.call_tool(tool, arguments)

    assert result.is_error
    assert problem_of(result)["status"] == 422
    assert named in text_of(result)
    assert gateway.published.events == []


async def test_an_unknown_tool_is_an_error_that_names_those_there_are() -> None:
    async with sdk_client(make_gateway()) as client:
        with pytest.raises(MCPError, match="ask, read_source, document_status"):
            await client.call_tool("search", {})


async def test_who_may_not_ask_may_not_read_either() -> None:
    library = Library()
    await library.hold("a.md", "Ask at the desk.")
    async with sdk_client(make_gateway(library=library), "setter") as client:
        for tool, arguments in (
            ("ask", {"text": "Where?"}),
            ("read_source", {"document_id": "a.md"}),
            ("document_status", {"document_id": "a.md"}),
        ):
            result = await client.call_tool(tool, arguments)
            assert problem_of(result)["code"] == "missing-scope"


async def test_a_source_is_read_by_whoever_may_and_in_slices() -> None:
    library = Library()
    await library.hold("staff.md", "Ask at the desk.", "It is open at noon.", access=("staff",))
    gateway = make_gateway(library=library)

    async with sdk_client(gateway, "staff") as client:
        await client.list_tools()
        whole = await client.call_tool("read_source", {"document_id": "staff.md", "version": 1})
        slice_ = {"document_id": "staff.md", "start": 4, "max_chars": 20}
        first = await client.call_tool("read_source", slice_)
    async with sdk_client(gateway, "asker") as client:
        hidden = await client.call_tool("read_source", {"document_id": "staff.md"})
        unknown = await client.call_tool("read_source", {"document_id": "none.md"})

    assert text_of(whole) == (
        "# Badges\n\n## Badges > New\n\nAsk at the desk.\n\nIt is open at noon."
    )
    assert (whole.structured_content["current"], whole.structured_content["next_start"]) == (
        True,
        None,
    )
    assert [each["text"] for each in first.structured_content["parts"]] == [
        "at the desk.",
        "It is o",
    ]
    assert first.structured_content["next_start"] == 24
    assert "start=24" in text_of(first)
    assert text_of(hidden) == text_of(unknown)
    assert problem_of(hidden)["code"] == "no-such-document"


async def test_a_documents_status_is_told_to_who_may_read_it() -> None:
    library = Library()
    await library.hold("staff.md", "Ask at the desk.", access=("staff",))
    gateway = make_gateway(library=library)

    async with sdk_client(gateway, "staff") as client:
        await client.list_tools()
        known = await client.call_tool("document_status", {"document_id": "staff.md"})
        later = {"document_id": "staff.md", "version": 2}
        pending = await client.call_tool("document_status", later)
    async with sdk_client(gateway, "asker") as client:
        hidden = await client.call_tool("document_status", {"document_id": "staff.md"})

    assert known.structured_content["status"] == "indexed"
    assert text_of(known) == "staff.md, version 1: indexed"
    assert pending.structured_content["status"] == "pending"
    assert problem_of(hidden)["code"] == "no-such-document"
