"""A double of S3 with one bucket: as much as Weaviate's module for backups asks of it.

It looks at the account and the region of a signature, but not at the signature itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from hashlib import md5
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase, BytesIO
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_SIGNED_BY = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/s3/aws4_request")
_DATE = "2026-01-01T00:00:00.000Z"


class S3Double(ThreadingHTTPServer):
    """Holds the objects of one bucket in memory."""

    daemon_threads = True

    def __init__(self, *, bucket: str, account: str, region: str) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.bucket = bucket
        self.signed_by = (account, region)
        self.objects: dict[str, bytes] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.refused = ""  # what keys match that may not be written

    @property
    def endpoint(self) -> str:
        """`127.0.0.1:<port>`."""
        return f"127.0.0.1:{self.server_port}"

    @contextmanager
    def refusing(self, keys: str) -> Iterator[None]:
        """Let nothing be written to keys that match `keys` during a `with` block."""
        self.refused = keys
        try:
            yield
        finally:
            self.refused = ""


@contextmanager
def running(double: S3Double) -> Iterator[S3Double]:
    """Serve during a `with` block."""
    with double:
        thread = Thread(target=double.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield double
        finally:
            double.shutdown()
            thread.join()


class _Request(BaseHTTPRequestHandler):
    server: S3Double
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        if not self._admitted():
            return
        if not self._key:
            self._answer(_listing(self.server.objects))
        elif (content := self.server.objects.get(self._key)) is not None:
            self._answer(content)
        else:
            self._refuse(HTTPStatus.NOT_FOUND, "NoSuchKey")

    def do_PUT(self) -> None:
        content = self._content()
        if not self._admitted():
            return
        if upload := self._query.get("uploadId"):
            self.server.uploads[upload][int(self._query["partNumber"])] = content
        else:
            self.server.objects[self._key] = content
        self._answer(b"", etag=content)

    def do_POST(self) -> None:
        self._content()
        if not self._admitted():
            return
        if upload := self._query.get("uploadId"):
            parts = self.server.uploads.pop(upload)
            self.server.objects[self._key] = b"".join(parts[number] for number in sorted(parts))
            self._answer(_xml("CompleteMultipartUploadResult", Bucket=self.server.bucket))
        else:
            self.server.uploads[self._key] = {}
            self._answer(_xml("InitiateMultipartUploadResult", UploadId=self._key))

    def do_DELETE(self) -> None:
        if self._admitted():
            self.server.objects.pop(self._key, None)
            self._answer(b"", HTTPStatus.NO_CONTENT)

    @property
    def _path(self) -> tuple[str, str]:
        bucket, _, key = unquote(urlsplit(self.path).path).lstrip("/").partition("/")
        return bucket, key

    @property
    def _key(self) -> str:
        return self._path[1]

    @property
    def _query(self) -> dict[str, str]:
        return {name: value for name, (value, *_) in parse_qs(urlsplit(self.path).query).items()}

    def _admitted(self) -> bool:
        signed = _SIGNED_BY.search(self.headers.get("Authorization", ""))
        if not signed or signed.groups() != self.server.signed_by:
            self._refuse(HTTPStatus.FORBIDDEN, "AccessDenied")
            return False
        if self._path[0] != self.server.bucket:
            self._refuse(HTTPStatus.NOT_FOUND, "NoSuchBucket")
            return False
        writes = self.command in {"PUT", "POST"}
        if writes and self.server.refused and re.search(self.server.refused, self._key):
            self._refuse(HTTPStatus.FORBIDDEN, "QuotaExceeded")
            return False
        return True

    def _content(self) -> bytes:
        """Return the body, which comes in pieces, and these in signed pieces once more."""
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = _joined(self.rfile)
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        signed = self.headers.get("X-Amz-Content-Sha256", "").startswith("STREAMING-")
        return _joined(BytesIO(body)) if signed else body

    def _refuse(self, status: HTTPStatus, code: str) -> None:
        self._answer(_xml("Error", Code=code, Message=code), status)

    def _answer(
        self, body: bytes, status: HTTPStatus = HTTPStatus.OK, *, etag: bytes | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", formatdate(usegmt=True))
        self.send_header("ETag", _etag(body if etag is None else etag))
        self.end_headers()
        self.wfile.write(body)


def _joined(pieces: BufferedIOBase) -> bytes:
    """Return what comes in pieces: the size, perhaps with `;chunk-signature=…`, then so much."""
    content = b""
    while size := int(pieces.readline().partition(b";")[0], 16):
        content += pieces.read(size)
        pieces.readline()
    pieces.readline()
    return content


def _listing(objects: dict[str, bytes]) -> bytes:
    contents = "".join(
        f"<Contents><Key>{key}</Key><LastModified>{_DATE}</LastModified>"
        f"<ETag>{_etag(content)}</ETag><Size>{len(content)}</Size></Contents>"
        for key, content in sorted(objects.items())
    )
    return (
        f"<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>".encode()
    )


def _xml(name: str, **fields: str) -> bytes:
    inner = "".join(f"<{field}>{value}</{field}>" for field, value in fields.items())
    return f"<{name}>{inner}</{name}>".encode()


def _etag(content: bytes) -> str:
    return f'"{md5(content, usedforsecurity=False).hexdigest()}"'
