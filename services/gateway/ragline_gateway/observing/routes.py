"""A request's route as operators know it; never its path, which callers choose."""

from __future__ import annotations

from starlette.types import Scope

UNMATCHED = "unmatched"


def route_of(scope: Scope, *, root: str = "") -> str:
    """Return the template of the route that served the request, `unmatched` for none.

    Args:
        scope: as it is after the request.
        root: `root_path` as it was before the request; what a mount adds to it names the mount.
    """
    if mounted := str(scope.get("root_path", "")).removeprefix(root):
        return f"{mounted}/*"
    if route := scope.get("route"):
        return str(getattr(route, "path_format", None) or route.path)
    if "endpoint" in scope and not scope.get("path_params"):
        return str(scope["path"])  # a route without parameters: the path is its own
    return UNMATCHED
