"""Where the vector store is: the URL of the settings, or the content of the file that they name."""

from __future__ import annotations

import logging
from pathlib import Path

from ragline.errors import Misconfigured
from ragline.settings import VectorStoreSettings

log = logging.getLogger(__name__)


class StoreUrl:
    """The URL as it is now: with `url_file`, that file is read each time it is asked for.

    Raises:
        Misconfigured: the file cannot be read.
    """

    def __init__(self, settings: VectorStoreSettings) -> None:
        self._path = None if settings.url_file is None else Path(settings.url_file)
        self._known = settings.url.get_secret_value()
        if self._path is not None:
            self._known = _content(self._path)

    def __call__(self) -> str:
        """Return the URL; the last known while the file is being replaced."""
        if self._path is not None:
            try:
                self._known = _content(self._path)
            except Misconfigured as error:
                log.warning("%s", error)
        return self._known


def store_url(settings: VectorStoreSettings) -> str:
    """Return the URL as it is now.

    Raises:
        Misconfigured: its file cannot be read.
    """
    return StoreUrl(settings)()


def _content(path: Path) -> str:
    name = "RAGLINE_VECTOR_STORE__URL_FILE"
    try:
        content = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{name}: {path} cannot be read: {error}") from error
    if not content:
        raise Misconfigured(f"{name}: {path} is empty")
    return content
