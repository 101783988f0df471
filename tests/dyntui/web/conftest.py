"""The folder of the command line's tests, for the app in a browser."""

from __future__ import annotations

from tests.dyntui.cli.conftest import empty_folder, orders, orders_folder, shell

__all__ = ["empty_folder", "orders", "orders_folder", "shell"]
