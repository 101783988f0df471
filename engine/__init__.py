"""A DynamoDB in a folder of files: `from engine import Engine`."""

from engine.account import Account
from engine.client.changes import Changes
from engine.client.protocol import OWNER, Client, Context, LocalTools
from engine.client.retrying import Backoff, RetryingClient
from engine.clock import Clock, SystemClock, VirtualClock
from engine.engine import Engine
from engine.errors import ApiError, FolderError
from engine.operations.region import Settings

__all__ = [
    "OWNER",
    "Account",
    "ApiError",
    "Backoff",
    "Changes",
    "Client",
    "Clock",
    "Context",
    "Engine",
    "FolderError",
    "LocalTools",
    "RetryingClient",
    "Settings",
    "SystemClock",
    "VirtualClock",
]
