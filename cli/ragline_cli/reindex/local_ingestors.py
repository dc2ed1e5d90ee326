"""The ingestors of the indexes of a stack that runs here."""

from __future__ import annotations

from pathlib import Path

from ragline.contracts.indexes import IndexesChanged
from ragline_cli.stack.addresses import names_a_cluster
from ragline_cli.stack.current import DEFAULT_NAME
from ragline_cli.stack.index_ingestors import want_indexes
from ragline_cli.stack.places import state_folder
from ragline_cli.stack.state import read_state


def local_data(bootstrap: str | None) -> Path | None:
    """Return the data of the stack that runs here; None if another cluster is meant."""
    if bootstrap is not None or names_a_cluster():
        return None
    folder = state_folder(DEFAULT_NAME)
    state = read_state(folder)
    return None if state is None else folder / state.stack.value


def fill_locally(data: Path | None, indexes: IndexesChanged) -> bool:
    """Let the stack have an ingestor for each index; False if there is none here."""
    if data is None:
        return False
    names = [each.name for each in indexes.indexes if each.name != indexes.dropping]
    want_indexes(data, names)
    return True
