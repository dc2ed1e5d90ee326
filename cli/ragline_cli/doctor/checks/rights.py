"""Rights: whether the accounts at Redis and PostgreSQL may do what services do with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from redis import exceptions as redis_errors
from redis.asyncio import Redis

from ragline.adapters.redis.client import open_redis, translated
from ragline.adapters.redis.rights import COMMANDS, rules
from ragline.adapters.stores.pgvector.rights import READ, Rights, rights
from ragline.settings import StoreKind
from ragline_cli.doctor.diagnosis import Diagnosis, Severity
from ragline_cli.doctor.patient import Patient

NAME = "rights"
_SEE = "ACL SETUSER {} +acl|dryrun +acl|whoami"


async def check(patient: Patient) -> list[Diagnosis]:
    """Ask Redis and PostgreSQL what the accounts of the settings may do.

    Raises:
        Unavailable: one of them is down.
        Misconfigured: it refuses the credentials.
    """
    found: list[Diagnosis] = []
    settings = patient.settings
    async with open_redis(settings.redis) as redis:
        with translated("asking Redis for the account's rights"):
            found += await _of_redis(redis)
    if settings.vector_store.kind is StoreKind.PGVECTOR:
        store = settings.vector_store
        found += judge_store(await rights(store), store.collection)
    return found


async def _of_redis(redis: Redis) -> list[Diagnosis]:
    """Try each command without running it; Redis can do that from 7 on."""
    account, refused = "", []
    try:
        account = _text(await redis.acl_whoami())
        for command, rest in COMMANDS.items():
            told = _text(
                await redis.acl_dryrun(account, *f"{command} {rest}".replace("|", " ").split())
            )
            if "no permissions" in told:
                refused.append(command)
    except redis_errors.NoPermissionError:
        return [
            _notice(
                "redis",
                "the account may not ask what it may do",
                _SEE.format(account or "ACCOUNT"),
            )
        ]
    except redis_errors.ResponseError:  # Redis 6 knows no dry run
        return []
    return list(judge_redis(account, refused))


def judge_redis(account: str, refused: Iterable[str]) -> Iterator[Diagnosis]:
    """Yield the commands that an account is refused."""
    if missing := sorted(refused):
        yield Diagnosis(
            check=NAME,
            severity=Severity.ERROR,
            subject=f"redis account {account}",
            meaning=f"it is refused {', '.join(missing)} on keys of Ragline: services go on "
            "without what needs them, such as claims of answers",
            remedy=f"redis-cli ACL SETUSER {account} {' '.join(rules())}",
        )


def judge_store(found: Rights, collection: str) -> Iterator[Diagnosis]:
    """Yield what an account at PostgreSQL lacks; only the ingestor writes."""
    subject = f"postgresql account {found.account}"
    if not found.extended:
        yield Diagnosis(
            check=NAME,
            severity=Severity.ERROR,
            subject=subject,
            meaning="the database has no extension `vector`",
            remedy="psql -c 'CREATE EXTENSION vector' (as a superuser)",
        )
    if not found.exists and not found.create:
        yield Diagnosis(
            check=NAME,
            severity=Severity.ERROR,
            subject=subject,
            meaning=f"there is no collection {collection}, and it may not create one",
            remedy=f"GRANT CREATE ON DATABASE … TO {found.account}",
        )
    if found.missing:
        missing = ", ".join(sorted(found.missing))
        reads = not {"USAGE", *READ} & found.missing
        yield Diagnosis(
            check=NAME,
            severity=Severity.WARNING if reads else Severity.ERROR,
            subject=subject,
            meaning=f"on collection {collection} it lacks {missing}: "
            + ("the ingestor cannot write with it" if reads else "nothing is found with it"),
            remedy=f'GRANT USAGE ON SCHEMA "{collection}" TO {found.account}; GRANT SELECT, '
            f'INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "{collection}" TO {found.account}',
        )


def _notice(subject: str, meaning: str, remedy: str) -> Diagnosis:
    return Diagnosis(
        check=NAME, severity=Severity.NOTICE, subject=subject, meaning=meaning, remedy=remedy
    )


def _text(reply: object) -> str:
    return reply.decode() if isinstance(reply, bytes) else str(reply)
