"""Makes a backup of Weaviate, or restores one, and waits until the server has done it.

`python backup.py` makes one and says its id; `python backup.py restore ID` restores it.
WEAVIATE_URL is the server, BACKUP_BACKEND the name of its module, such as `s3`, and
RAGLINE_VECTOR_STORE__API_KEY the key, where the server asks for one. It needs the standard library
alone, because it runs as it is, from a ConfigMap.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

_KEY = "RAGLINE_VECTOR_STORE__API_KEY"
_TIMEOUT_S = 120.0  # an answer to POST comes when the bucket has been tried
_POLL_S = 3.0
_POLLS_UNANSWERED = 20  # in a row, before a backup under way counts as lost
_NOTHING_TO_DO = "no available classes to backup"


class Failed(Exception):
    """It did not succeed, with the reason."""


class Unanswered(Failed):
    """The server does not answer."""


@dataclass(frozen=True, slots=True)
class Weaviate:
    """A server and the module that its backups go to."""

    url: str
    backend: str
    key: str = field(repr=False)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to what starts a backup or its restoration. Raises as `_answer`."""
        return self._answer(path, json.dumps(body).encode())

    def get(self, path: str) -> dict[str, Any]:
        """Return how a backup or its restoration stands. Raises as `_answer`."""
        return self._answer(path, None)

    def _answer(self, path: str, body: bytes | None) -> dict[str, Any]:
        """Return what the server answers.

        Raises:
            Unanswered: it does not answer.
            Failed: it refuses, with its reason.
        """
        headers = {"Content-Type": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        url = f"{self.url.rstrip('/')}/v1/backups/{quote(self.backend, safe='')}{path}"
        request = urllib.request.Request(url, body, headers)  # noqa: S310 - the manifest's
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
                made: dict[str, Any] = json.load(answer)
                return made
        except urllib.error.HTTPError as error:
            with error:
                raise Failed(_reason(error)) from None
        except ValueError:  # also of a header, whose message would hold the key
            raise Failed(f"no JSON from {self.url}, or a line break in {_KEY}") from None
        except (OSError, HTTPException) as error:
            raise Unanswered(f"Weaviate does not answer at {self.url}: {error}") from None


def back_up(weaviate: Weaviate, backup: str) -> None:
    """Make the backup `backup` of all collections. Raises `Failed`."""
    try:
        weaviate.post("", {"id": backup})
    except Failed as error:
        if _NOTHING_TO_DO not in str(error):
            raise
        _say("Weaviate has no collection yet: there is nothing to back up")
        return
    _wait(weaviate, f"/{quote(backup, safe='')}", f"backup {backup}")


def restore(weaviate: Weaviate, backup: str) -> None:
    """Restore all collections of `backup`; none of them may exist. Raises `Failed`."""
    path = f"/{quote(backup, safe='')}/restore"
    weaviate.post(path, {})
    _wait(weaviate, path, f"restoration of {backup}")


def _wait(weaviate: Weaviate, path: str, what: str) -> None:
    """Wait for the end of `what`, and say each change of its status. Raises `Failed`."""
    before = None
    while True:
        answer = _standing(weaviate, path)
        status = answer.get("status")
        if status != before:
            _say(f"{what}: {status}")
        if status == "SUCCESS":
            return
        if status in {"FAILED", "CANCELED"}:
            raise Failed(f"{what}: {answer.get('error') or 'Weaviate states no reason'}")
        before = status
        time.sleep(_POLL_S)


def _standing(weaviate: Weaviate, path: str) -> dict[str, Any]:
    """Return the server's answer, although it may be away for a moment. Raises `Failed`."""
    for _ in range(_POLLS_UNANSWERED - 1):
        try:
            return weaviate.get(path)
        except Unanswered:
            time.sleep(_POLL_S)
    return weaviate.get(path)


def _reason(error: urllib.error.HTTPError) -> str:
    """Return why the server refused, in its own words where it has any."""
    refused = "Weaviate refuses"
    if error.code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        refused += f" the key in {_KEY}"
    return f"{refused} ({error.code}): {_words(error.read()) or error.reason}"


def _words(body: bytes) -> str:
    try:
        answer = json.loads(body)
        errors = answer.get("error") or [answer]
        return "; ".join(each["message"] for each in errors)
    except (ValueError, AttributeError, KeyError, TypeError):
        return body.decode(errors="replace").strip()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Do what the command line says; exit with 1 and the reason where that fails."""
    key = os.environ.get(_KEY, "").strip()
    weaviate = Weaviate(os.environ["WEAVIATE_URL"], os.environ["BACKUP_BACKEND"], key)
    try:
        match sys.argv[1:]:
            case []:
                # with seconds: a Job tries again within the minute
                back_up(weaviate, f"ragline-{datetime.now(UTC):%Y%m%d-%H%M%S}")
            case ["restore", backup]:
                restore(weaviate, backup)
            case _:
                sys.exit("usage: backup.py [restore ID]")
    except Failed as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
