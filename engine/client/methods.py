"""The operations as methods, with boto3's names and arguments."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from engine.client.protocol import OWNER, Context, Json


class OperationMethods(ABC):
    """Mix-in for a Client: `put_item(TableName=…, Item=…)` is `call("PutItem", {…})`."""

    @abstractmethod
    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """See `Client.call`."""

    def batch_execute_statement(self, **request: Any) -> Json:
        """The operation BatchExecuteStatement."""
        return self.call("BatchExecuteStatement", request)

    def batch_get_item(self, **request: Any) -> Json:
        """The operation BatchGetItem."""
        return self.call("BatchGetItem", request)

    def batch_write_item(self, **request: Any) -> Json:
        """The operation BatchWriteItem."""
        return self.call("BatchWriteItem", request)

    def create_backup(self, **request: Any) -> Json:
        """The operation CreateBackup."""
        return self.call("CreateBackup", request)

    def create_table(self, **request: Any) -> Json:
        """The operation CreateTable."""
        return self.call("CreateTable", request)

    def delete_backup(self, **request: Any) -> Json:
        """The operation DeleteBackup."""
        return self.call("DeleteBackup", request)

    def delete_item(self, **request: Any) -> Json:
        """The operation DeleteItem."""
        return self.call("DeleteItem", request)

    def delete_table(self, **request: Any) -> Json:
        """The operation DeleteTable."""
        return self.call("DeleteTable", request)

    def describe_backup(self, **request: Any) -> Json:
        """The operation DescribeBackup."""
        return self.call("DescribeBackup", request)

    def describe_continuous_backups(self, **request: Any) -> Json:
        """The operation DescribeContinuousBackups."""
        return self.call("DescribeContinuousBackups", request)

    def describe_endpoints(self, **request: Any) -> Json:
        """The operation DescribeEndpoints."""
        return self.call("DescribeEndpoints", request)

    def describe_export(self, **request: Any) -> Json:
        """The operation DescribeExport."""
        return self.call("DescribeExport", request)

    def describe_import(self, **request: Any) -> Json:
        """The operation DescribeImport."""
        return self.call("DescribeImport", request)

    def describe_limits(self, **request: Any) -> Json:
        """The operation DescribeLimits."""
        return self.call("DescribeLimits", request)

    def describe_stream(self, **request: Any) -> Json:
        """The operation DescribeStream."""
        return self.call("DescribeStream", request)

    def describe_table(self, **request: Any) -> Json:
        """The operation DescribeTable."""
        return self.call("DescribeTable", request)

    def describe_time_to_live(self, **request: Any) -> Json:
        """The operation DescribeTimeToLive."""
        return self.call("DescribeTimeToLive", request)

    def execute_statement(self, **request: Any) -> Json:
        """The operation ExecuteStatement."""
        return self.call("ExecuteStatement", request)

    def execute_transaction(self, **request: Any) -> Json:
        """The operation ExecuteTransaction."""
        return self.call("ExecuteTransaction", request)

    def export_table_to_point_in_time(self, **request: Any) -> Json:
        """The operation ExportTableToPointInTime."""
        return self.call("ExportTableToPointInTime", request)

    def get_item(self, **request: Any) -> Json:
        """The operation GetItem."""
        return self.call("GetItem", request)

    def import_table(self, **request: Any) -> Json:
        """The operation ImportTable."""
        return self.call("ImportTable", request)

    def list_backups(self, **request: Any) -> Json:
        """The operation ListBackups."""
        return self.call("ListBackups", request)

    def list_exports(self, **request: Any) -> Json:
        """The operation ListExports."""
        return self.call("ListExports", request)

    def list_imports(self, **request: Any) -> Json:
        """The operation ListImports."""
        return self.call("ListImports", request)

    def get_records(self, **request: Any) -> Json:
        """The operation GetRecords."""
        return self.call("GetRecords", request)

    def get_shard_iterator(self, **request: Any) -> Json:
        """The operation GetShardIterator."""
        return self.call("GetShardIterator", request)

    def list_streams(self, **request: Any) -> Json:
        """The operation ListStreams."""
        return self.call("ListStreams", request)

    def list_tables(self, **request: Any) -> Json:
        """The operation ListTables."""
        return self.call("ListTables", request)

    def list_tags_of_resource(self, **request: Any) -> Json:
        """The operation ListTagsOfResource."""
        return self.call("ListTagsOfResource", request)

    def put_item(self, **request: Any) -> Json:
        """The operation PutItem."""
        return self.call("PutItem", request)

    def query(self, **request: Any) -> Json:
        """The operation Query."""
        return self.call("Query", request)

    def restore_table_from_backup(self, **request: Any) -> Json:
        """The operation RestoreTableFromBackup."""
        return self.call("RestoreTableFromBackup", request)

    def restore_table_to_point_in_time(self, **request: Any) -> Json:
        """The operation RestoreTableToPointInTime."""
        return self.call("RestoreTableToPointInTime", request)

    def scan(self, **request: Any) -> Json:
        """The operation Scan."""
        return self.call("Scan", request)

    def tag_resource(self, **request: Any) -> Json:
        """The operation TagResource."""
        return self.call("TagResource", request)

    def transact_get_items(self, **request: Any) -> Json:
        """The operation TransactGetItems."""
        return self.call("TransactGetItems", request)

    def transact_write_items(self, **request: Any) -> Json:
        """The operation TransactWriteItems."""
        return self.call("TransactWriteItems", request)

    def untag_resource(self, **request: Any) -> Json:
        """The operation UntagResource."""
        return self.call("UntagResource", request)

    def update_continuous_backups(self, **request: Any) -> Json:
        """The operation UpdateContinuousBackups."""
        return self.call("UpdateContinuousBackups", request)

    def update_item(self, **request: Any) -> Json:
        """The operation UpdateItem."""
        return self.call("UpdateItem", request)

    def update_table(self, **request: Any) -> Json:
        """The operation UpdateTable."""
        return self.call("UpdateTable", request)

    def update_time_to_live(self, **request: Any) -> Json:
        """The operation UpdateTimeToLive."""
        return self.call("UpdateTimeToLive", request)
