"""Compressed files, buckets, and the layout of exports."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from engine.transfer import layout
from engine.transfer.compression import (
    COMPRESSIONS,
    Compression,
    DamagedFileError,
    of_head,
    reading,
    writing,
)
from engine.transfer.layout import ExportFacts, ManifestError, find_exports, write_export
from engine.transfer.sources import Reading, of_export, records_of
from engine.transfer.stores import FolderStore, StoreError, store_at, written_aside


def packed(content: bytes, kind: Compression) -> bytes:
    file = io.BytesIO()
    stream = writing(file, kind)
    stream.write(content)
    if stream is not file:
        stream.close()
    return file.getvalue()


@given(st.binary(max_size=5_000), st.sampled_from(COMPRESSIONS))
def test_what_is_packed_is_unpacked(content: bytes, kind: Compression) -> None:
    done = packed(content, kind)
    assert reading(io.BytesIO(done), kind).read() == content
    if kind == "GZIP":
        assert gzip.decompress(done) == content
    if kind == "ZSTD":
        assert zstandard.ZstdDecompressor().stream_reader(done).read() == content


@pytest.mark.parametrize("kind", ["GZIP", "ZSTD"])
def test_several_members_are_one_file(kind: Compression) -> None:
    joined = packed(b"one", kind) + packed(b"two", kind)
    assert reading(io.BytesIO(joined), kind).read() == b"onetwo"


@pytest.mark.parametrize("kind", ["GZIP", "ZSTD"])
def test_a_file_that_is_cut_anywhere_is_noticed(kind: Compression) -> None:
    whole = packed(b"some text that is packed " * 20, kind)
    for length in range(1, len(whole)):
        with pytest.raises(DamagedFileError):
            reading(io.BytesIO(whole[:length]), kind).read()


def test_a_damaged_gzip_file_is_noticed() -> None:
    whole = bytearray(packed(b"some text", "GZIP"))
    whole[-6] ^= 1
    with pytest.raises(DamagedFileError):
        reading(io.BytesIO(whole), "GZIP").read()


def test_all_lines_before_a_cut_are_read() -> None:
    lines = [b'{"Item":{"n":{"N":"%d"}}}\n' % number for number in range(30_000)]
    packer = zlib.compressobj(wbits=31)
    first = packer.compress(b"".join(lines[:20_000])) + packer.flush(zlib.Z_SYNC_FLUSH)
    content = first + packer.compress(b"".join(lines[20_000:])) + packer.flush()
    found = list(records_of(io.BytesIO(content[: len(first)]), Reading("dynamodb-json")))
    assert len(found) == 20_001
    assert found[-1].item is None
    assert "cut short" in found[-1].reason


def test_a_files_compression_shows_in_its_first_bytes() -> None:
    assert [of_head(packed(b"{}", kind)[:8]) for kind in COMPRESSIONS] == list(COMPRESSIONS)


# Buckets.


def test_a_file_is_seen_when_it_is_whole(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    with store.write("a/b") as file:
        file.write(b"x")
        assert store.list() == []
    assert store.list("a/") == ["a/b"]
    with store.read("a/b") as file:
        assert file.read() == b"x"


def test_a_file_that_failed_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"before")

    def write_half() -> None:
        with written_aside(tmp_path / "f") as file:
            file.write(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        write_half()
    assert [path.name for path in tmp_path.iterdir()] == ["f"]
    assert (tmp_path / "f").read_bytes() == b"before"


@pytest.mark.parametrize("key", ["", "../x", "a/../../x", "a//b", "/x"])
def test_keys_stay_inside_the_bucket(tmp_path: Path, key: str) -> None:
    store = FolderStore(tmp_path / "bucket")
    with pytest.raises(StoreError), store.write(key):
        pass


def test_a_place_that_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "g").write_bytes(b"")
    with pytest.raises(StoreError, match="File exists"), written_aside(tmp_path / "g" / "x"):
        pass


# Exports.


def facts(**more: Any) -> ExportFacts:
    members = {
        "export_id": "01600000000000-0a0b0c0d",
        "table_arn": "arn:aws:dynamodb:us-east-1:000000000000:table/t",
        "table_id": "id",
        "bucket": "bucket",
        "prefix": None,
        "output_format": "DYNAMODB_JSON",
        "start_us": 1_600_000_000_000_000,
        "export_time_us": 1_600_000_000_000_000,
        "window_us": None,
        "view": None,
        "table": {"TableName": "t"},
    }
    return ExportFacts(**members | more)


def lines(count: int) -> list[tuple[bytes, int]]:
    return [(b'{"Item":{"id":{"N":"%d"}}}\n' % number, 5) for number in range(count)]


def write(store: FolderStore, count: int = 3, **more: Any) -> layout.Written:
    return write_export(
        store, facts(**more), lines(count), lambda: 1_600_000_001_234_000, lambda _: None
    )


def test_the_files_are_where_the_service_puts_them(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    write(store, prefix="some/prefix")
    home = "some/prefix/AWSDynamoDB/01600000000000-0a0b0c0d"
    data = [key for key in store.list() if "/data/" in key]
    assert sorted(set(store.list()) - set(data)) == [
        f"{home}/{name}"
        for name in (
            "_started",
            "dyntui-table.json",
            "manifest-files.json",
            "manifest-files.md5",
            "manifest-summary.json",
            "manifest-summary.md5",
        )
    ]
    [name] = [Path(key).name for key in data]
    assert len(name.removesuffix(".json.gz")) == 26
    assert set(name.removesuffix(".json.gz")) <= set("abcdefghijklmnopqrstuvwxyz234567")


def test_an_independent_reader_finds_manifests_and_items(tmp_path: Path) -> None:
    """With gzip, json and hashlib alone."""
    write(FolderStore(tmp_path), 5)
    home = tmp_path / "AWSDynamoDB" / "01600000000000-0a0b0c0d"
    summary_bytes = (home / "manifest-summary.json").read_bytes()
    digest = base64.b64encode(hashlib.md5(summary_bytes).digest())
    assert (home / "manifest-summary.md5").read_bytes() == digest
    summary = json.loads(summary_bytes)
    assert list(summary) == [
        *("version", "exportArn", "startTime", "endTime", "tableArn", "tableId", "exportTime"),
        *("s3Bucket", "s3Prefix", "s3SseAlgorithm", "s3SseKmsKeyId", "manifestFilesS3Key"),
        *("billedSizeBytes", "itemCount", "outputFormat", "exportType"),
    ]
    assert summary["startTime"] == "2020-09-13T12:26:40.000Z"
    assert summary["endTime"] == "2020-09-13T12:26:41.234Z"
    assert (summary["itemCount"], summary["billedSizeBytes"]) == (5, 25)
    [line] = (tmp_path / summary["manifestFilesS3Key"]).read_text().splitlines()
    data = json.loads(line)
    content = (tmp_path / data["dataFileS3Key"]).read_bytes()
    assert data["md5Checksum"] == base64.b64encode(hashlib.md5(content).digest()).decode()
    numbers = [json.loads(row)["Item"]["id"]["N"] for row in gzip.decompress(content).splitlines()]
    assert numbers == ["0", "1", "2", "3", "4"]


def test_data_files_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "FILE_BYTES", 60)
    written = write(FolderStore(tmp_path), 7)
    assert [file.items for file in written.files] == [3, 3, 1]
    [export] = find_exports(FolderStore(tmp_path))
    found = [one.record.item for one in of_export(FolderStore(tmp_path), export)]
    assert found == [{"id": {"N": str(number)}} for number in range(7)]


def test_an_empty_table_has_an_empty_data_file(tmp_path: Path) -> None:
    assert [file.items for file in write(FolderStore(tmp_path), 0).files] == [0]
    [export] = find_exports(FolderStore(tmp_path))
    assert list(of_export(FolderStore(tmp_path), export)) == []


def test_an_export_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def stop(_: int) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        write_export(FolderStore(tmp_path), facts(), lines(1_500), lambda: 0, stop)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_an_export_that_was_moved_is_found(tmp_path: Path) -> None:
    write(FolderStore(tmp_path / "a"), prefix="p/q")
    (tmp_path / "a" / "p" / "q" / "AWSDynamoDB" / "01600000000000-0a0b0c0d").rename(tmp_path / "b")
    [export] = find_exports(FolderStore(tmp_path / "b"))
    assert len(list(of_export(FolderStore(tmp_path / "b"), export))) == 3


def manifest(tmp_path: Path) -> Path:
    write(FolderStore(tmp_path))
    return tmp_path / "AWSDynamoDB" / "01600000000000-0a0b0c0d" / "manifest-summary.json"


def test_an_export_that_was_not_finished_is_no_export(tmp_path: Path) -> None:
    manifest(tmp_path).unlink()
    with pytest.raises(ManifestError, match="was not finished"):
        find_exports(FolderStore(tmp_path))


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"manifestFilesS3Key": 3}'])
def test_a_manifest_of_garbage_is_refused(tmp_path: Path, content: bytes) -> None:
    path = manifest(tmp_path)
    path.with_suffix(".md5").unlink()
    path.write_bytes(content)
    with pytest.raises(ManifestError):
        find_exports(FolderStore(tmp_path))


def test_a_manifest_that_was_changed_is_refused(tmp_path: Path) -> None:
    path = manifest(tmp_path)
    path.write_bytes(path.read_bytes().replace(b'"itemCount":3', b'"itemCount":2'))
    with pytest.raises(ManifestError, match="does not match its checksum"):
        find_exports(FolderStore(tmp_path))


def test_a_data_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    manifest(tmp_path)
    [export] = find_exports(FolderStore(tmp_path))
    path = tmp_path / export.files[0].key
    path.write_bytes(gzip.compress(b'{"Item":{"id":{"N":"0"}}}\n' * 3))
    with pytest.raises(ManifestError, match="does not match its checksum"):
        list(of_export(FolderStore(tmp_path), export))


def test_incremental_exports_come_after_the_full_one(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    at = 1_600_000_000_000_000
    for number, window in enumerate([(at + 9, at + 2_000_000), (at, at + 1_000_000), None]):
        write(
            store,
            export_id=f"0160000000000{number}-0a0b0c0d",
            window_us=window,
            view="NEW_IMAGE" if window else None,
        )
    found = find_exports(store)
    assert [export.incremental for export in found] == [False, True, True]
    assert [export.until for export in found] == sorted(export.until for export in found)
    assert all(key.startswith("AWSDynamoDB/data/") for key in [found[1].files[0].key])


def test_a_bucket_may_be_at_an_address() -> None:
    store = store_at("memory://bucket/inside")
    with store.write("a/b") as file:
        file.write(b"x")
    assert store.list() == store.list("a/") == ["a/b"]
    with store.read("a/b") as file:
        assert file.read() == b"x"
    written = write_export(store, facts(), lines(3), lambda: 0, lambda _: None)
    [export] = find_exports(store)
    assert export.files == written.files
    assert len(list(of_export(store, export))) == 3
    store.delete("a/b")
    assert store.list("a/") == []
    with pytest.raises(StoreError):
        store.read("a/b")


def test_an_address_that_nobody_knows_is_told() -> None:
    with pytest.raises(StoreError, match="nowhere://x"):
        store_at("nowhere://x")
