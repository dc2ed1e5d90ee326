"""The backup of the component `weaviate-backup`, on a Weaviate of the tests' own that has a key.

Server and script run with the variables of the manifest; its bucket is a double of S3.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from pydantic import SecretStr
from tests.integration.stores import s3_double
from tests.integration.stores.s3_double import S3Double

from ragline.adapters.stores.opening import open_reader, open_store
from ragline.ports.store import WriteResult
from ragline.settings import VectorStoreSettings
from ragline.testing.store_contract.builders import (
    DIMENSIONS,
    FINGERPRINT,
    document,
    ref,
    seen,
)
from ragline_cli.generated.manifests import kustomize
from ragline_cli.generated.manifests.inspection import of_kind
from ragline_cli.generated.manifests.metadata import Object
from ragline_cli.stack.processes import Command
from ragline_cli.stack.server import running
from ragline_cli.stack.weaviate import WeaviateServer

KEY = "a key of the tests"
KEY_VARIABLE = "RAGLINE_VECTOR_STORE__API_KEY"
COMPONENT = Path(__file__).resolve().parents[3] / "deploy/k8s/components/weaviate-backup"
MADE = re.compile(r"^backup (ragline-\d{8}-\d{6}): SUCCESS$", re.MULTILINE)

Run = Callable[..., "subprocess.CompletedProcess[str]"]


class WeaviateWithBackups(WeaviateServer):
    """Has the module for backups, no folder for temporary files, and no home."""

    def __init__(self, folder: Path, module: Mapping[str, str]) -> None:
        super().__init__(folder, api_key=KEY)
        self._module = {**module, "TMPDIR": "/nonexistent", "HOME": "/nonexistent"}

    def command(self) -> Command:
        made = super().command()
        return replace(made, env={**made.env, **self._module})


@pytest.fixture(scope="module")
def objects() -> list[Object]:
    return kustomize.build(COMPONENT)


@pytest.fixture(scope="module")
def module(objects: list[Object]) -> dict[str, str]:
    """What the manifest tells Weaviate; what comes from the Secret is the variable's name."""
    patch = yaml.safe_load((COMPONENT / "module.yaml").read_text(encoding="utf-8"))
    (container,) = patch["spec"]["template"]["spec"]["containers"]
    (settings,) = (
        made["data"] for name, made in of_kind(objects, "ConfigMap").items() if "script" not in name
    )
    found = {}
    for each in container["env"]:
        source = each.get("valueFrom", {})
        if "configMapKeyRef" in source:
            found[each["name"]] = settings[source["configMapKeyRef"]["key"]]
        else:
            found[each["name"]] = each.get("value", each["name"])
    return found


@pytest.fixture(scope="module")
def bucket(module: dict[str, str]) -> Iterator[S3Double]:
    double = S3Double(
        bucket=module["BACKUP_S3_BUCKET"],
        account=module["AWS_ACCESS_KEY_ID"],
        region=module["AWS_REGION"],
    )
    with s3_double.running(double):
        yield double


@pytest.fixture(scope="module")
def server(
    weaviate_url: str,
    module: dict[str, str],
    bucket: S3Double,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[WeaviateWithBackups]:
    """A server of its own; the session's one says whether this machine has Weaviate."""
    here = {"BACKUP_S3_ENDPOINT": bucket.endpoint, "BACKUP_S3_USE_SSL": "false"}
    assert here.keys() < module.keys()
    with running(WeaviateWithBackups(tmp_path_factory.mktemp("backups"), module | here)) as made:
        yield made


@pytest.fixture
def run(server: WeaviateWithBackups, objects: list[Object], tmp_path: Path) -> Run:
    """Runs the script of the ConfigMap with the manifest's command and variables alone."""
    job = of_kind(objects, "CronJob")["weaviate-backup"]["spec"]["jobTemplate"]["spec"]
    (container,) = job["template"]["spec"]["containers"]
    python, path = container["command"]
    assert python == "python"
    (volume,) = job["template"]["spec"]["volumes"]
    (mount,) = container["volumeMounts"]
    for name, content in of_kind(objects, "ConfigMap")[volume["configMap"]["name"]]["data"].items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    script = tmp_path / Path(path).relative_to(mount["mountPath"])
    here = {"WEAVIATE_URL": server.url, KEY_VARIABLE: KEY}
    stated = {each["name"]: each.get("value", "") for each in container["env"]}
    assert here.keys() < stated.keys()

    def run(*arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, script, *arguments],
            env=stated | here | changed,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def settings(server: WeaviateWithBackups) -> Iterator[VectorStoreSettings]:
    """A collection for the test, removed at the end."""
    made = VectorStoreSettings(
        url=SecretStr(server.url),
        grpc_port=server.grpc_port,
        api_key=SecretStr(KEY),
        collection=f"T{uuid.uuid4().hex}",
    )
    yield made
    delete(made)


@pytest.fixture
def script() -> Any:
    spec = spec_from_file_location("backup", COMPONENT / "backup.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def delete(settings: VectorStoreSettings) -> None:
    """Delete the collection."""
    url = f"{settings.url.get_secret_value()}/v1/schema/{settings.collection}"
    httpx.delete(url, headers={"Authorization": f"Bearer {KEY}"}, timeout=30).raise_for_status()


async def fill(settings: VectorStoreSettings, *documents: tuple[str, int]) -> None:
    async with open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS) as store:
        for document_id, version in documents:
            await store.upsert(document(document_id, version))


async def test_without_a_collection_there_is_nothing_to_do(run: Run) -> None:
    done = run()

    assert (done.returncode, done.stderr) == (0, "")
    assert "no collection yet" in done.stdout


async def test_what_was_backed_up_is_found_again_with_its_versions(
    run: Run, server: WeaviateWithBackups, settings: VectorStoreSettings
) -> None:
    await fill(settings, ("guide", 3), ("manual", 7))
    async with open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS) as store:
        await store.upsert(document("other", 2, tenant="globex"))
        await store.delete(ref("old"), version=5)
        await store.set_access(ref("manual"), version=8, access=("staff",))

    # Weaviate leaves out the vectors of an index made in this very second (its pull request 12584)
    await asyncio.sleep(1.1)
    made = run()
    assert (made.returncode, made.stderr) == (0, "")
    (backup,) = MADE.findall(made.stdout)
    await fill(settings, ("later", 1))
    delete(settings)
    restored = run("restore", backup)

    assert (restored.returncode, restored.stderr) == (0, "")
    assert restored.stdout.splitlines()[-1] == f"restoration of {backup}: SUCCESS"
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)
    async with (
        open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS) as store,
        open_reader(settings) as reader,
    ):
        assert await seen(store) == [("guide", 3, 0), ("guide", 3, 1)]
        assert await reader.read(ref("manual"), groups=()) is None
        assert await reader.read(ref("manual"), groups=("staff",)) is not None
        assert await reader.read(ref("other", "globex"), groups=()) is not None
        assert await store.upsert(document("old", 4)) is WriteResult.SUPERSEDED
        assert await store.upsert(document("guide", 2)) is WriteResult.SUPERSEDED
        assert await store.upsert(document("later", 1)) is WriteResult.APPLIED


async def test_a_collection_that_is_there_is_not_overwritten(
    run: Run, settings: VectorStoreSettings
) -> None:
    await fill(settings, ("guide", 1))
    (backup,) = MADE.findall(run().stdout)
    await fill(settings, ("guide", 2))

    done = run("restore", backup)

    assert done.returncode == 1
    assert settings.collection in done.stderr
    assert "exists" in done.stderr
    async with open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS) as store:
        assert await seen(store) == [("guide", 2, 0), ("guide", 2, 1)]


async def test_a_backup_that_is_not_there_is_not_restored(run: Run) -> None:
    done = run("restore", "ragline-20260101-030000")

    assert done.returncode == 1
    assert 'backup id "ragline-20260101-030000" does not exist' in done.stderr


@pytest.mark.parametrize("key", ["not this one", ""])
async def test_a_wrong_key_is_named_and_not_shown(run: Run, key: str) -> None:
    done = run(**{KEY_VARIABLE: key})

    assert done.returncode == 1
    assert f"Weaviate refuses the key in {KEY_VARIABLE} (401)" in done.stderr
    assert "not this one" not in done.stdout + done.stderr


async def test_a_key_with_a_line_break_is_not_shown(run: Run) -> None:
    assert run(**{KEY_VARIABLE: f"{KEY}\n"}).returncode == 0
    done = run(**{KEY_VARIABLE: "not\nthis one"})

    assert done.returncode == 1
    assert f"a line break in {KEY_VARIABLE}" in done.stderr
    assert "this one" not in done.stdout + done.stderr


async def test_a_weaviate_that_is_away_is_named(run: Run, free_port: int) -> None:
    done = run(WEAVIATE_URL=f"http://127.0.0.1:{free_port}")

    assert done.returncode == 1
    assert f"Weaviate does not answer at http://127.0.0.1:{free_port}" in done.stderr


async def test_a_module_that_is_not_enabled_is_named(run: Run) -> None:
    done = run(BACKUP_BACKEND="gcs")

    assert done.returncode == 1
    assert "did you enable the right module?" in done.stderr


async def test_a_bucket_that_takes_nothing_is_a_failure(
    run: Run, bucket: S3Double, settings: VectorStoreSettings
) -> None:
    await fill(settings, ("guide", 1))
    with bucket.refusing("/access-check$"):
        done = run()

    assert (done.returncode, done.stdout) == (1, "")
    assert "Weaviate refuses (422): init uploader" in done.stderr
    assert "QuotaExceeded" in done.stderr


async def test_a_bucket_that_takes_no_more_is_a_failure(
    run: Run, bucket: S3Double, settings: VectorStoreSettings
) -> None:
    await fill(settings, ("guide", 1))
    with bucket.refusing("/chunk-"):
        done = run()

    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].endswith(": FAILED")
    # an upload's end or that of its pipe, whichever Weaviate notices first
    assert re.match(r"backup ragline-[\d-]+: .*(write object|closed pipe)", done.stderr)


async def test_an_id_is_used_once(
    script: Any, server: WeaviateWithBackups, settings: VectorStoreSettings
) -> None:
    await fill(settings, ("guide", 1))
    weaviate = script.Weaviate(server.url, "s3", KEY)
    script.back_up(weaviate, "twice")

    with pytest.raises(script.Failed, match='backup "twice" already exists'):
        script.back_up(weaviate, "twice")


async def test_a_failure_under_way_has_the_server_s_reason(
    script: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that dies meanwhile, comes back, and has marked the backup."""
    monkeypatch.setattr(script, "_POLL_S", 0.0)
    answers: Iterator[Mapping[str, Any] | None] = iter(
        [
            {"status": "STARTED"},
            None,
            {"status": "TRANSFERRING"},
            {"status": "TRANSFERRING"},
            {"status": "CANCELED", "error": "backup canceled due to node restart"},
        ]
    )

    class Restarting:
        def post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
            return {"path": path, **json.loads(json.dumps(body))}

        def get(self, path: str) -> Mapping[str, Any]:
            assert path == "/some"
            answer = next(answers)
            if answer is None:
                raise script.Unanswered("away")
            return answer

    with pytest.raises(script.Failed, match="backup some: backup canceled due to node restart"):
        script.back_up(Restarting(), "some")
    assert capsys.readouterr().out.splitlines() == [
        "backup some: STARTED",
        "backup some: TRANSFERRING",
        "backup some: CANCELED",
    ]


async def test_other_arguments_are_refused(run: Run) -> None:
    done = run("restore")

    assert (done.returncode, done.stderr) == (1, "usage: backup.py [restore ID]\n")
