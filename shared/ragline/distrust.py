"""Why a server's certificate was not trusted, when a client's exception hides it."""

from __future__ import annotations

import ssl


def distrust(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """Return why the server's certificate was not trusted, if that is what `error` came from."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, ssl.SSLCertVerificationError):
        found = found.__cause__ or found.__context__
    return found
