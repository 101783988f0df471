"""What S3 is to exports and imports: buckets that are folders, or addresses that fsspec knows.

A bucket is the folder `buckets/<name>` of the data folder, or what the setting `buckets` says.
"""

from __future__ import annotations

from pathlib import Path

from engine.operations.region import Region
from engine.transfer.stores import FolderStore, Store, store_at

_FOLDER = "buckets"


def bucket_store(region: Region, bucket: str) -> Store:
    """The bucket of a name; raises `StoreError` where its address is none."""
    address = region.settings.buckets.get(bucket)
    return store_at(address) if address else FolderStore(_folder(region, bucket))


def bucket_exists(region: Region, bucket: str) -> bool:
    """Whether there is such a bucket; of addresses nobody knows before they are used."""
    return bucket in region.settings.buckets or _folder(region, bucket).is_dir()


def _folder(region: Region, bucket: str) -> Path:
    path = region.database.path
    if path is None:
        return region.shelves.path(_FOLDER, bucket)
    return path.parents[1] / _FOLDER / bucket
