"""`python -m tests.kubernetes` gets what `make verify-kubernetes` needs, and tells its progress.

With the word `autoscaling` also what `make verify-autoscaling` needs.
"""

from __future__ import annotations

import sys

from rich.console import Console

from ragline_cli.errors import StackError

from . import gateway_api, programs
from .module_files import KEDA_CRDS, KWOK_STAGES


def main() -> None:
    """Build and fetch what is missing."""
    console = Console(highlight=False)
    wanted = {**programs.CONTROL_PLANE, **programs.COLLECTOR}
    if "autoscaling" in sys.argv[1:]:
        wanted |= programs.AUTOSCALING
    try:
        if not gateway_api.crd().exists():
            gateway_api.fetch()
        for program in programs.missing(wanted):
            version = wanted[program].version
            console.print(f"{program} {version} is missing: building it, once, which takes minutes")
            programs.build(program, tell=console.print)
            console.print(f"{program}: {programs.place(program).stat().st_size >> 20} MB")
        if "autoscaling" in sys.argv[1:]:
            KEDA_CRDS.fetch()
            KWOK_STAGES.fetch()
    except StackError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
