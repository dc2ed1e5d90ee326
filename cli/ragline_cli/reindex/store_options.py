"""Another store for an index, as options name it."""

from __future__ import annotations

from urllib.parse import urlsplit

from ragline.errors import Misconfigured


def store_settings(kind: str | None, url: str | None) -> dict[str, str]:
    """Return the settings of an index that is in another store than the others.

    Raises:
        Misconfigured: the URL has credentials, which all who may read the topic would see.
    """
    if url is not None and "@" in urlsplit(url).netloc:
        raise Misconfigured(
            "--url must not hold a user or a password: name the user in its query (?user=NAME), "
            "and give the services the password, for PostgreSQL in PGPASSFILE or PGPASSWORD, for "
            "Weaviate in RAGLINE_VECTOR_STORE__API_KEY"
        )
    given = {"VECTOR_STORE__KIND": kind, "VECTOR_STORE__URL": url}
    return {name: value for name, value in given.items() if value is not None}
