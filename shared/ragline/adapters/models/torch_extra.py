"""The extra `torch`: sentence-transformers and torch, which no default needs."""

from __future__ import annotations

from importlib.util import find_spec

from ragline.errors import Misconfigured


def require_torch(setting: str) -> None:
    """Do nothing if torch is here.

    Args:
        setting: what asks for it, as `NAME=value`.

    Raises:
        Misconfigured: the extra is not installed.
    """
    if find_spec("sentence_transformers") is None:
        raise Misconfigured(
            f"{setting} needs torch, which is not installed: install the service's extra `torch` "
            "(pip install --require-hashes -r requirements/<service>-torch.txt, in an image "
            "--build-arg LOCK=<service>-torch), or choose a model that runs without it "
            "(docs/settings.md)"
        )
