"""The Regions that a server answers for, opened when first asked for."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import orjson

from engine import Account
from engine.loop import CallSoon, LoopEngine, LoopThreads

# Not one of the service's, but usual among those who never use the service.
_LOCAL = "local"


class Regions:
    """An account's Regions for one event loop.

    A Region that the service has selects its own data; any other name in a credential's scope
    (tools put all sorts of words there) means the default Region.
    """

    def __init__(self, account: Account, default: str, call_soon: CallSoon) -> None:
        self.default = default
        self.threads = LoopThreads()
        self._account = account
        self._call_soon = call_soon
        self._named: dict[str, LoopEngine] = {}
        self._named[default] = self._open(default)

    def named(self, name: str) -> LoopEngine:
        """The Region that a name means; raises `engine.errors.FolderError`."""
        region = self._named.get(name)
        if region is not None:
            return region
        if name != _LOCAL and name not in known_regions():
            return self._named[self.default]
        self._named[name] = self._open(name)
        return self._named[name]

    def metrics(self) -> str:
        """The metrics of all tables, in Prometheus' text format; reads files."""
        return self._account.prometheus()

    def _open(self, name: str) -> LoopEngine:
        return self._account.engine(name).on_loop(self._call_soon, self.threads)

    def cancel(self) -> None:
        """Break off what takes long."""
        for region in self._named.values():
            region.cancel()

    def close(self) -> None:
        """End the threads and close the account; no request may be under way."""
        self.cancel()
        self.threads.close()
        for region in self._named.values():
            region.close()
        self._account.close()


@cache
def known_regions() -> frozenset[str]:
    """The names of the service's Regions, as botocore's list of partitions has them."""
    spec = find_spec("botocore")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("botocore, which carries the list of Regions, is missing")
    path = Path(spec.submodule_search_locations[0], "data", "partitions.json")
    partitions = orjson.loads(path.read_bytes())["partitions"]
    names = (name for partition in partitions for name in partition["regions"])
    return frozenset(name for name in names if not name.endswith("-global"))
