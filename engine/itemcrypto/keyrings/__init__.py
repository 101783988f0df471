"""Keyrings: who can open an item. All have the interface of `keyring.Keyring`."""
