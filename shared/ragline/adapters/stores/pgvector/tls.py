"""TLS to PostgreSQL, as a URL asks for it with the parameters of libpq."""

from __future__ import annotations

import ssl
from urllib.parse import parse_qs, urlsplit

from ragline.errors import Misconfigured

_UNVERIFIED = ("prefer", "allow", "disable")


def tls_context(url: str) -> ssl.SSLContext | None:
    """Return how a server's certificate is checked; None if the URL does not ask for that.

    The client makes a context of its own for each connection; this one is for saying what is wrong
    with the files before there is one, and for looking at certificates.

    Args:
        url: `postgresql://`, with `sslmode`, `sslrootcert`, `sslcert` and `sslkey`.

    Raises:
        Misconfigured: a file that the URL names cannot be used.
    """
    given = _given(url)
    mode = given.get("sslmode", "prefer")
    if mode in _UNVERIFIED:
        return None
    authorities = given.get("sslrootcert")
    try:
        context = ssl.create_default_context(cafile=authorities)
    except OSError as error:  # what OpenSSL says about the content is one, too
        raise _unusable("sslrootcert", authorities, error) from error
    context.check_hostname = mode == "verify-full"
    if mode == "require" and authorities is None:
        context.verify_mode = ssl.CERT_NONE
    if certificate := given.get("sslcert"):
        try:
            context.load_cert_chain(certificate, given.get("sslkey"), given.get("sslpassword", ""))
        except OSError as error:
            raise _unusable("sslcert or sslkey", certificate, error) from error
    return context


def client_certificate(url: str) -> str | None:
    """Return the file of the certificate that a client shows to the server, if it shows one."""
    return _given(url).get("sslcert")


def _given(url: str) -> dict[str, str]:
    """Return the parameters of a URL; the last of one name counts."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}


def _unusable(parameter: str, file: str | None, error: OSError) -> Misconfigured:
    return Misconfigured(
        f"RAGLINE_VECTOR_STORE__URL: {parameter}: {file} cannot be read: {error}: name files in "
        "PEM format"
    )
