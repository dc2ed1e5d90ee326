"""The options that every `ragline dead-letters` command has."""

from __future__ import annotations

from typing import Annotated

import typer

Ids = Annotated[
    list[str] | None,
    typer.Argument(metavar="ID", help="Dead letters by id (1-42); default: all that match."),
]
TopicNames = Annotated[
    list[str] | None,
    typer.Option("--topic", help="Topic where it failed or first was, before retries; repeatable."),
]
Causes = Annotated[list[str] | None, typer.Option("--cause", help="Cause; repeatable.")]
Services = Annotated[
    list[str] | None, typer.Option("--service", help="Service that gave up; repeatable.")
]
Keys = Annotated[
    list[str] | None,
    typer.Option("--key", help="Key, exactly or as a glob ('acme/*'); repeatable."),
]
Since = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Failed at or after: ISO 8601 (UTC), or 30m, 2h, 7d ago."),
]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Failed before; as --since.")]
HandledToo = Annotated[
    bool, typer.Option("--all", help="Also those that were replayed or dropped, with their state.")
]
Payload = Annotated[
    bool, typer.Option("--payload", help="Include the payload, which may hold personal data.")
]
Execute = Annotated[bool, typer.Option("--execute", help="Do it; without, only show the plan.")]
