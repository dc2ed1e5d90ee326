"""`ragline asyncapi`: the AsyncAPI 3 document, generated from the consuming applications."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ragline.contracts.topics import BY_NAME, CONSUMERS
from ragline_cli.console import ExitCode, err, out

if TYPE_CHECKING:
    from ragline.messaging.service import ServiceSpec

FILE = Path("docs/asyncapi.json")
_PARTITIONER = "murmur2, as Java's default; in librdkafka `partitioner=murmur2_random`"

app = typer.Typer(
    no_args_is_help=True, help="The AsyncAPI 3 document of the services that consume."
)

File = Annotated[Path, typer.Option(help="Where the document is.", dir_okay=False)]


@app.command()
def show() -> None:
    """Print the document."""
    typer.echo(render(), nl=False)


@app.command()
def write(file: File = FILE) -> None:
    """Write the document."""
    file.write_text(render(), encoding="utf-8")
    out.print(f"wrote {file}")


@app.command()
def check(file: File = FILE) -> None:
    """Fail when the committed document differs from the applications."""
    if not file.exists() or file.read_text(encoding="utf-8") != render():
        err.print(f"{file} is stale; run `ragline asyncapi write`")
        raise typer.Exit(ExitCode.FAILURE)
    out.print(f"{file} is up to date.")


def service_specs() -> list[ServiceSpec]:
    """Return the spec of each service, in the order of the pipeline."""
    return [importlib.import_module(f"ragline_{service}.app").SPEC for service in CONSUMERS]


def document() -> dict[str, Any]:
    """Return one AsyncAPI document for all applications."""
    # Imported here, because FastStream would more than double the start time of other commands
    from faststream.specification import AsyncAPI

    from ragline.messaging.application import described

    specification = AsyncAPI(
        *map(described, service_specs()),
        title="Ragline",
        version="1.0.0",
        description="Retrieval-augmented generation as an event stream.",
        license={"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    )
    found: dict[str, Any] = json.loads(specification.to_specification().to_json())
    for channel in found["channels"].values():
        _describe(channel)
    return found


def render() -> str:
    """Return the document in the form in which it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _describe(channel: dict[str, Any]) -> None:
    """Add the registry's data about the channel's topic."""
    topic = BY_NAME[channel["address"]]
    kafka = channel["bindings"]["kafka"]
    kafka["partitions"] = topic.partitions
    kafka["topicConfiguration"] = {
        "cleanup.policy": topic.cleanup.split(","),
        "retention.ms": topic.retention_ms,
    }
    channel["x-key"] = topic.key
    channel["x-partitioner"] = _PARTITIONER
