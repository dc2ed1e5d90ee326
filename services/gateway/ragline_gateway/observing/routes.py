"""The route of a request for logs and metrics: its template, never the path that callers choose."""

from __future__ import annotations

from starlette.types import Scope

UNMATCHED = "unmatched"


def route_of(scope: Scope, *, root: str = "") -> str:
    """Return the template of the route that served the request, or `unmatched`.

    Args:
        scope: the ASGI scope after the request.
        root: `root_path` before the request; the part that a mount adds to it names the mount.
    """
    if mounted := str(scope.get("root_path", "")).removeprefix(root):
        return f"{mounted}/*"
    if route := scope.get("route"):
        return str(getattr(route, "path_format", None) or route.path)
    if "endpoint" in scope and not scope.get("path_params"):
        return str(scope["path"])  # a route without parameters: its path is its template
    return UNMATCHED
