"""The `ragline` command."""

from __future__ import annotations

from ragline_cli.console import CommandLine
from ragline_cli.late_commands import LateCommand, LateGroup


class Commands(LateGroup):
    """All commands, in the order of the list."""

    late = (
        LateCommand(
            "demo",
            "demo.command",
            "Start everything, ingest the Python language reference, ask questions, take yours.",
        ),
        LateCommand(
            "up",
            "stack.up",
            "Start Kafka, a vector store, Redis and the services with the console; Ctrl-C stops "
            "them.",
        ),
        LateCommand(
            "down",
            "stack.down",
            "Stop the stack, and any processes that an earlier one has left running.",
        ),
        LateCommand(
            "status",
            "stack.status",
            "Show the running stack: addresses, services, readiness. Exit code 3 when none runs.",
        ),
        LateCommand(
            "llm",
            "stack.llm",
            "Fetch a small chat model for `ragline demo --llm` and `ragline up --llm`.",
        ),
        LateCommand(
            "ingest",
            "ingest.command",
            "Publish documents and wait until each is searchable.",
        ),
        LateCommand(
            "ask",
            "ask.command",
            "Ask a question; exit code 0 answered, 3 nothing to ask, 4 refused, 5 failed or "
            "expired.",
        ),
        LateCommand(
            "mcp",
            "mcp.command",
            "Speak MCP on standard input and output, for agents that start their servers "
            "themselves.",
        ),
        LateCommand(
            "bench",
            "bench.command",
            "Measure the pipeline in a closed loop; an empty tenant gets the Python reference "
            "first.",
        ),
        LateCommand(
            "plan-capacity",
            "plan_capacity.command",
            "Say what a load needs: replicas, cores, memory, disks, tokens; from a load test's "
            "figures.",
        ),
        LateCommand(
            "shadow",
            "shadow.command",
            "Run live questions through a second configuration, and report how its answers differ.",
        ),
        LateCommand(
            "reindex",
            "reindex.command",
            "Change the embedding model, the chunks or the store while people ask.",
        ),
        LateCommand("topics", "topics", "Topics: what they are, and creating them."),
        LateCommand(
            "dead-letters",
            "dead_letters.command",
            "Dead letters: list, show, export, replay, drop.",
        ),
        LateCommand(
            "doctor",
            "doctor.command",
            "Look for what is wrong with Kafka, services, store and Redis, and say the remedy.",
        ),
        LateCommand(
            "erase",
            "erase.command",
            "Remove a document or a tenant everywhere, with a receipt; shows the plan first.",
        ),
        LateCommand(
            "feedback", "feedback.command", "Feedback: list it, export evaluation sets from it."
        ),
        LateCommand("keys", "keys.command", "API keys of the gateway: create, list, check."),
        LateCommand(
            "eval",
            "evaluate.command",
            "Measure retrieval, intents and answers, on labelled data or on your own.",
        ),
        LateCommand("schemas", "generated.schemas", "JSON Schemas of all events."),
        LateCommand(
            "asyncapi",
            "generated.asyncapi",
            "The AsyncAPI 3 document of the services that consume.",
        ),
        LateCommand(
            "manifests",
            "generated.manifests.command",
            "Kubernetes manifests and documentation tables.",
        ),
    )


app = CommandLine(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def ragline() -> None:
    """Ragline: production retrieval-augmented generation as an event stream."""


if __name__ == "__main__":
    app()
