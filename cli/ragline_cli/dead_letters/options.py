"""The options that the `ragline dead-letters` commands share."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from ragline.clock import utc_now
from ragline.errors import Misconfigured
from ragline_cli.dead_letters.filters import LetterFilters, make_filters

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


def choose(
    ids: Ids = None,
    *,
    topic: TopicNames = None,
    cause: Causes = None,
    service: Services = None,
    key: Keys = None,
    since: Since = None,
    until: Until = None,
) -> LetterFilters:
    """Return which dead letters the options choose.

    Raises:
        typer.BadParameter: one of them means nothing.
    """
    try:
        return make_filters(
            ids=ids or (),
            topics=topic or (),
            causes=cause or (),
            services=service or (),
            keys=key or (),
            since=since,
            until=until,
            now=utc_now(),
        )
    except Misconfigured as error:
        raise typer.BadParameter(str(error)) from error


def choosing(command: Callable[..., None]) -> Callable[..., None]:
    """Give `command` the options of `choose` in place of its parameter `filters`.

    Typer reads a command's options from its signature, so that is what is made here.
    """
    options = inspect.signature(choose, eval_str=True).parameters

    @wraps(command)
    def run(**given: Any) -> None:
        chosen = {name: given.pop(name) for name in options}
        command(filters=choose(**chosen), **given)

    signature = inspect.signature(command, eval_str=True)
    shown = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for own in signature.parameters.values()
        for parameter in (options.values() if own.name == "filters" else (own,))
    ]
    run.__signature__ = signature.replace(parameters=shown)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in shown}
    return run
