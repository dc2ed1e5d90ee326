"""Whether the evaluation, and with it the services' own code, is installed here."""

from __future__ import annotations

from importlib.util import find_spec

from ragline.errors import Misconfigured


def require_evaluation(command: str) -> None:
    """Make sure that `command` can run the services' stages.

    Raises:
        Misconfigured: the package is missing, as it is in the command line's image.
    """
    if find_spec("ragline_evaluation") is None:
        raise Misconfigured(
            f"`{command}` runs the services' own code in this process: install the package "
            "ragline-evaluation (`make setup` in a checkout does)"
        )
