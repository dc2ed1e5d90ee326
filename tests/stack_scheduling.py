"""Which tests run on one worker: those of a module, and those that share a started stack."""

from __future__ import annotations

from pathlib import PurePosixPath

from xdist.scheduler.loadscope import LoadScopeScheduling

# Folders whose tests share fixtures of the folder's scope
_SHARED = frozenset({"tests/e2e", "tests/integration/cli/shadow"})
_SECOND_STACK = "weaviate"


class StackScheduling(LoadScopeScheduling):  # type: ignore[misc] # it has no type hints
    """Gives each worker whole modules, or whole folders: what takes long to start starts once.

    pytest-xdist's own `loadgroup` does this with marks, but pytest 9.2 does not hand them on.
    """

    def _split_scope(self, nodeid: str) -> str:
        """Return the name of the tests that share a worker with `nodeid`."""
        path, _, test = nodeid.partition("::")
        folder = str(PurePosixPath(path).parent)
        if folder not in _SHARED:
            return path
        _, _, parameters = test.partition("[")
        return f"{folder}:{_SECOND_STACK}" if _SECOND_STACK in parameters else folder
