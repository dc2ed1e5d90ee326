"""Checks that the evaluation package, and with it the services' code, is installed."""

from __future__ import annotations

from importlib.util import find_spec

from ragline.errors import Misconfigured


def require_evaluation(command: str) -> None:
    """Make sure that `command` can run the services' stages.

    Raises:
        Misconfigured: the package is missing, as in the command line's container image.
    """
    if find_spec("ragline_evaluation") is None:
        raise Misconfigured(
            f"`{command}` runs the services' own code in this process: install the package "
            "ragline-evaluation (`make setup` in a checkout does)"
        )
