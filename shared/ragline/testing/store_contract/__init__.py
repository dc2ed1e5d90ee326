"""The chunk store's contract as tests: one suite for the fake and every adapter.

A test module derives a class from `StoreContract` and defines the fixtures `open_store` and
`open_reader`.
"""

from ragline.testing.store_contract.access import AccessContract
from ragline.testing.store_contract.builders import OpenReader, OpenStore
from ragline.testing.store_contract.concurrency import ConcurrencyContract
from ragline.testing.store_contract.filters import FilterContract
from ragline.testing.store_contract.hostile import HostileInputContract
from ragline.testing.store_contract.identity import IdentityContract
from ragline.testing.store_contract.search import SearchContract
from ragline.testing.store_contract.sequences import SequenceContract
from ragline.testing.store_contract.sources import SourceContract
from ragline.testing.store_contract.tenants import TenantContract
from ragline.testing.store_contract.versions import VersionContract

__all__ = ["OpenReader", "OpenStore", "StoreContract"]


class StoreContract(
    VersionContract,
    AccessContract,
    FilterContract,
    TenantContract,
    SearchContract,
    HostileInputContract,
    SequenceContract,
    ConcurrencyContract,
    IdentityContract,
    SourceContract,
):
    """Everything that `ChunkSearch`, `ChunkStore` and `DocumentReader` promise."""
