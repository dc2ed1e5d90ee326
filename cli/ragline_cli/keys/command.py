"""`ragline keys`: API keys of the gateway."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from ragline.api_keys.files import entry_as_toml, read_keys
from ragline.api_keys.form import KeyScope, make_key
from ragline.clock import utc_now
from ragline.errors import Misconfigured
from ragline_cli.connection import AsJson
from ragline_cli.console import ExitCode, err, out, print_json

app = typer.Typer(no_args_is_help=True, help="API keys of the gateway: create, list, check.")

KeysFile = Annotated[Path, typer.Argument(metavar="FILE", help="The keys file.", dir_okay=False)]


@app.command()
def create(
    *,
    tenant: Annotated[str, typer.Option(help="Whose documents the key is for.")],
    key_id: Annotated[
        str | None,
        typer.Option("--id", help="Names the key in logs and in the file; random if omitted."),
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option(help="A group that the key reads as; repeatable.")
    ] = None,
    scope: Annotated[
        list[KeyScope] | None, typer.Option(help="What the key may do; repeatable, default ask.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="Who asks with it.")] = None,
    requests_per_minute: Annotated[
        int | None, typer.Option(min=1, help="The key's limit; default: the gateway's.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="TIME", help="Expiry: 90d, 12h or ISO 8601 (UTC).")
    ] = None,
    append: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="Add the entry to this keys file."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create a key. It is shown only once: the keys file stores only its hash."""
    from ragline_cli.keys import new_key

    name = key_id or f"key-{secrets.token_hex(4)}"
    try:
        key = make_key(name)
        entry = new_key.entry_of(
            key,
            name,
            tenant=tenant,
            groups=tuple(group or ()),
            user=user,
            scopes=frozenset(scope or (KeyScope.ASK,)),
            requests_per_minute=requests_per_minute,
            expires_at=new_key.expiry(expires, utc_now()) if expires else None,
        )
    except Misconfigured as error:
        raise typer.BadParameter(str(error)) from error
    if append is not None:
        new_key.append(entry, append)
        err.print(f"Its entry is in {append}. The key, shown this once:", highlight=False)
    if as_json:
        print_json({"id": name, "key": key, "entry": entry_as_toml(entry)})
        return
    if append is not None:
        typer.echo(key)
        return
    err.print("The key, shown this once:", highlight=False)
    # not on standard output, which may be redirected into the keys file
    typer.echo(key, err=True)
    err.print("Its entry for the keys file:", highlight=False)
    typer.echo(entry_as_toml(entry), nl=False)


@app.command("list")
def list_(file: KeysFile, as_json: AsJson = False) -> None:
    """Show the keys of a keys file: whose they are, and what they may do."""
    from ragline_cli.keys.view import keys_table

    entries = read_keys(file)
    if as_json:
        print_json([entry.model_dump(mode="json", exclude={"sha256"}) for entry in entries])
    else:
        out.print(keys_table(entries, utc_now()))


@app.command()
def check(file: KeysFile, as_json: AsJson = False) -> None:
    """Tell whether the gateway would accept a key; the key is read from standard input."""
    from ragline_cli.keys import key_check

    verdict = key_check.check(_read_key(), read_keys(file), utc_now())
    entry = verdict.entry
    if as_json:
        shown = entry.model_dump(mode="json", exclude={"sha256"}) if entry else None
        print_json({"valid": verdict.problem is None, "problem": verdict.problem, "entry": shown})
    elif verdict.problem is None and entry is not None:
        out.print(f"{entry.id}: tenant {entry.tenant}, may {' '.join(sorted(entry.scopes))}")
    else:
        err.print(f"[bold red]refused:[/] {verdict.problem}", highlight=False, soft_wrap=True)
    if verdict.problem is not None:
        raise typer.Exit(ExitCode.FAILURE)


def _read_key() -> str:
    """Read without echo from a terminal, so that the key is not in the scroll-back buffer."""
    if sys.stdin.isatty():
        return str(typer.prompt("Key", hide_input=True)).strip()
    return sys.stdin.readline().strip()
