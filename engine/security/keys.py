"""The key store of a Region: what KMS does with symmetric keys, on a vault of our own."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from engine.client.keys import (
    AWS_MANAGED_ALIAS,
    DELETION_DAYS_MAX,
    DELETION_DAYS_MIN,
    KEY_ACCOUNT,
    NO_CONTEXT,
    AliasInfo,
    DataKey,
    KeyInfo,
)
from engine.clock import Clock
from engine.errors import FolderAccessError, FolderError
from engine.security.checking import folder_problems, vault_problems
from engine.security.ciphertexts import decrypted, encrypted, key_id_of
from engine.security.errors import (
    AccessDeniedException,
    AlreadyExistsException,
    DisabledException,
    IncorrectKeyException,
    InvalidAliasNameException,
    KeyValidationException,
    KMSInvalidStateException,
    NotFoundException,
)
from engine.security.master import Master
from engine.security.sealing import new_key
from engine.security.store import FileStore, MemoryStore, Store, T
from engine.security.vault import AWS, CUSTOMER, Alias, Key, Vault

_DAY_US = 86_400_000_000
_PLAIN_BYTES_MAX = 4_096
_DATA_KEY_BYTES_MAX = 1_024
_DESCRIPTION_MAX = 8_192
_ALIAS_PREFIX = "alias/"
_AWS_PREFIX = "alias/aws/"
_AWS_DESCRIPTION = "Protects the data of tables that name no other key"
_is_alias = re.compile(r"alias/[a-zA-Z0-9/_-]{1,250}").fullmatch


class Keys:
    """See `KeyTools`; safe to use from several threads, and by several processes at once."""

    def __init__(self, region: str, store: Store, clock: Clock, master: Master | None) -> None:
        self._region = region
        self._store = store
        self._clock = clock
        self._master = master
        # See `KeyTools.generation`: asked by every request on a table under a key.
        self.generation: Callable[[], object] = store.generation

    # Keys.

    def create(self, description: str = "", alias: str | None = None) -> KeyInfo:
        """See `KeyTools.create`."""
        _check_description(description)
        key = self._new_key(description, CUSTOMER)

        def work(vault: Vault) -> tuple[Vault, KeyInfo]:
            after = vault.with_key(key)
            if alias is not None:
                after = self._with_alias(after, alias, key)
            return after, self._info(after, key)

        return self._change(work)

    def describe(self, key_id: str) -> KeyInfo:
        """See `KeyTools.describe`."""
        vault, key = self._found(key_id)
        return self._info(vault, key)

    def list_keys(self) -> list[KeyInfo]:
        """See `KeyTools.list_keys`."""
        vault = self._current()
        return [self._info(vault, key) for key in vault.keys.values()]

    def enable(self, key_id: str) -> None:
        """See `KeyTools.enable`."""

        def enabled(key: Key) -> Key:
            return replace(self._not_leaving(key), enabled=True, unusable_us=None)

        self._change_key(key_id, enabled)

    def disable(self, key_id: str) -> None:
        """See `KeyTools.disable`."""

        def disabled(key: Key) -> Key:
            return replace(self._unusable(self._not_leaving(key)), enabled=False)

        self._change_key(key_id, disabled)

    def schedule_deletion(self, key_id: str, days: int = DELETION_DAYS_MAX) -> int:
        """See `KeyTools.schedule_deletion`."""
        _check_range("pendingWindowInDays", days, DELETION_DAYS_MIN, DELETION_DAYS_MAX)
        when_us = self._clock.now_us() + days * _DAY_US

        def leaving(key: Key) -> Key:
            return replace(self._unusable(self._not_leaving(key)), deletion_us=when_us)

        self._change_key(key_id, leaving)
        return when_us

    def cancel_deletion(self, key_id: str) -> None:
        """See `KeyTools.cancel_deletion`."""

        def kept(key: Key) -> Key:
            if key.deletion_us is None:
                raise KMSInvalidStateException(f"{self._key_arn(key)} is not pending deletion.")
            return replace(key, deletion_us=None, enabled=False)

        self._change_key(key_id, kept)

    def rotate(self, key_id: str) -> None:
        """See `KeyTools.rotate`."""
        now_us = self._clock.now_us()

        def rotated(key: Key) -> Key:
            self._check_usable(key)
            return replace(
                key,
                materials=(*key.materials, new_key()),
                rotated_us=(*key.rotated_us, now_us),
            )

        self._change_key(key_id, rotated)

    # Aliases.

    def list_aliases(self, key_id: str | None = None) -> list[AliasInfo]:
        """See `KeyTools.list_aliases`."""
        vault = self._current()
        wanted = None if key_id is None else self._key_of(vault, key_id).key_id
        return [
            AliasInfo(name, self._arn(name), alias.key_id, alias.created_us)
            for name, alias in sorted(vault.aliases.items())
            if wanted in (None, alias.key_id)
        ]

    def create_alias(self, name: str, key_id: str) -> None:
        """See `KeyTools.create_alias`."""

        def work(vault: Vault) -> tuple[Vault, None]:
            key = self._not_leaving(self._customers(self._key_of(vault, key_id)))
            return self._with_alias(vault, name, key), None

        self._change(work)

    def delete_alias(self, name: str) -> None:
        """See `KeyTools.delete_alias`."""
        _check_alias(name)

        def work(vault: Vault) -> tuple[Vault, None]:
            if name not in vault.aliases:
                raise self._no_alias(name)
            return vault.without_alias(name), None

        self._change(work)

    def _with_alias(self, vault: Vault, name: str, key: Key) -> Vault:
        _check_alias(name)
        if name in vault.aliases:
            raise AlreadyExistsException(f"An alias with the name {self._arn(name)} already exists")
        return vault.with_alias(name, Alias(key.key_id, self._clock.now_us()))

    # Use.

    def generate_data_key(
        self, key_id: str, context: Mapping[str, str] = NO_CONTEXT, byte_count: int = 32
    ) -> DataKey:
        """See `KeyTools.generate_data_key`."""
        _check_range("numberOfBytes", byte_count, 1, _DATA_KEY_BYTES_MAX)
        key = self._usable(key_id)
        plain = secrets.token_bytes(byte_count)
        return DataKey(self._key_arn(key), plain, encrypted(key, self._region, plain, context))

    def encrypt(self, key_id: str, plain: bytes, context: Mapping[str, str] = NO_CONTEXT) -> bytes:
        """See `KeyTools.encrypt`."""
        _check_length("plaintext", len(plain), _PLAIN_BYTES_MAX)
        return encrypted(self._usable(key_id), self._region, plain, context)

    def decrypt(
        self, ciphertext: bytes, context: Mapping[str, str] = NO_CONTEXT, key_id: str | None = None
    ) -> bytes:
        """See `KeyTools.decrypt`."""
        vault = self._current()
        key = vault.keys.get(key_id_of(ciphertext))
        wanted = None if key_id is None else self._key_of(vault, key_id)
        if key is None:
            raise AccessDeniedException(
                "The ciphertext refers to a key that does not exist, or not in this Region"
            )
        if wanted not in (None, key):
            raise IncorrectKeyException(
                "The key ID in the request does not identify a key that can perform this operation"
            )
        self._check_usable(key)
        return decrypted(key, self._region, ciphertext, context)

    def re_encrypt(
        self,
        ciphertext: bytes,
        key_id: str,
        context: Mapping[str, str] = NO_CONTEXT,
        new_context: Mapping[str, str] | None = None,
    ) -> bytes:
        """See `KeyTools.re_encrypt`."""
        plain = self.decrypt(ciphertext, context)
        target = context if new_context is None else new_context
        return encrypted(self._usable(key_id), self._region, plain, target)

    def let_go(self) -> None:
        """See `KeyTools.let_go`."""
        self._store.let_go()

    # The master key.

    def check(self) -> list[str]:
        """See `KeyTools.check`."""
        problems: list[str] = []
        try:
            if self._master is not None:
                problems += folder_problems(self._master.folder, self._master.kind)
            return problems if self.is_locked else problems + vault_problems(self._current())
        except FolderError as error:
            return problems if str(error) in problems else [*problems, str(error)]

    @property
    def is_locked(self) -> bool:
        """See `KeyTools.is_locked`."""
        return self._master is not None and self._master.is_locked

    def unlock(self, passphrase: str) -> None:
        """See `KeyTools.unlock`."""
        if self._master is not None:
            self._master.unlock(passphrase)

    @property
    def master_kind(self) -> str:
        """See `KeyTools.master_kind`."""
        return "memory" if self._master is None else self._master.kind

    def protect(self, kind: str, passphrase: str | None = None) -> None:
        """See `KeyTools.protect`."""
        if self._master is None:
            raise FolderAccessError("a Region in memory keeps no keys")
        self._master.protect(kind, passphrase)

    # What the others are made of.

    def _current(self) -> Vault:
        """The vault; keys whose time is over are taken out of the store for good."""
        vault = self._store.current()
        if vault.as_of(self._clock.now_us()) is vault:
            return vault
        return self._change(lambda pruned: (pruned, pruned))

    def _change(self, work: Callable[[Vault], tuple[Vault, T]]) -> T:
        return self._store.change(lambda vault: work(vault.as_of(self._clock.now_us())))

    def _change_key(self, key_id: str, changed: Callable[[Key], Key]) -> None:
        def work(vault: Vault) -> tuple[Vault, None]:
            key = self._customers(self._key_of(vault, key_id))
            after = changed(key)
            return (vault if after == key else vault.with_key(after)), None

        self._change(work)

    def _found(self, key_id: str) -> tuple[Vault, Key]:
        vault = self._current()
        if key_id in (AWS_MANAGED_ALIAS, self._arn(AWS_MANAGED_ALIAS)):
            vault = self._with_aws_managed(vault)
        return vault, self._key_of(vault, key_id)

    def _with_aws_managed(self, vault: Vault) -> Vault:
        """The vault with the AWS managed key, which is made when it is first asked for."""
        if AWS_MANAGED_ALIAS in vault.aliases:
            return vault
        made = self._new_key(_AWS_DESCRIPTION, AWS)

        def work(vault: Vault) -> tuple[Vault, Vault]:
            if AWS_MANAGED_ALIAS not in vault.aliases:
                alias = Alias(made.key_id, made.created_us)
                vault = vault.with_key(made).with_alias(AWS_MANAGED_ALIAS, alias)
            return vault, vault

        return self._change(work)

    def _new_key(self, description: str, manager: str) -> Key:
        return Key(
            key_id=str(uuid4()),
            description=description,
            manager=manager,
            created_us=self._clock.now_us(),
            enabled=True,
            deletion_us=None,
            rotated_us=(),
            materials=(new_key(),),
        )

    def _key_of(self, vault: Vault, key_id: str) -> Key:
        """The key that an id, an ARN or an alias means; raises `NotFoundException`."""
        name = key_id.removeprefix(self._arn(""))
        if name.startswith(_ALIAS_PREFIX):
            alias = vault.aliases.get(name)
            if alias is None:
                raise self._no_alias(name)
            return vault.keys[alias.key_id]
        if name != key_id:
            name = name.removeprefix("key/")
        key = vault.keys.get(name)
        if key is None:
            arn = key_id if key_id.startswith("arn:") else self._arn(f"key/{key_id}")
            raise NotFoundException(f"Key '{arn}' does not exist")
        return key

    def _no_alias(self, name: str) -> NotFoundException:
        return NotFoundException(f"Alias {self._arn(name)} is not found.")

    def _usable(self, key_id: str) -> Key:
        _, key = self._found(key_id)
        self._check_usable(key)
        return key

    def _check_usable(self, key: Key) -> None:
        self._not_leaving(key)
        if not key.enabled:
            raise DisabledException(f"{self._key_arn(key)} is disabled.")

    def _not_leaving(self, key: Key) -> Key:
        if key.deletion_us is not None:
            raise KMSInvalidStateException(f"{self._key_arn(key)} is pending deletion.")
        return key

    def _unusable(self, key: Key) -> Key:
        """The key, of no use from now on, unless it is that already."""
        since_us = self._clock.now_us() if key.unusable_us is None else key.unusable_us
        return replace(key, unusable_us=since_us)

    def _customers(self, key: Key) -> Key:
        if key.manager != CUSTOMER:
            raise AccessDeniedException(
                f"{self._key_arn(key)} is managed by AWS: it can be used, not changed"
            )
        return key

    def _info(self, vault: Vault, key: Key) -> KeyInfo:
        leaving = key.deletion_us is not None
        return KeyInfo(
            key_id=key.key_id,
            arn=self._key_arn(key),
            description=key.description,
            state="PendingDeletion" if leaving else "Enabled" if key.enabled else "Disabled",
            manager=key.manager,
            created_us=key.created_us,
            deletion_us=key.deletion_us,
            rotated_us=key.rotated_us,
            aliases=tuple(
                sorted(name for name, alias in vault.aliases.items() if alias.key_id == key.key_id)
            ),
            unusable_us=key.unusable_us,
        )

    def _key_arn(self, key: Key) -> str:
        return self._arn(f"key/{key.key_id}")

    def _arn(self, resource: str) -> str:
        return f"arn:aws:kms:{self._region}:{KEY_ACCOUNT}:{resource}"


def region_keys(keys_folder: Path | None, region: str, clock: Clock) -> Keys:
    """The keys of a Region: of a data folder's `keys`, or in memory where that is None."""
    if keys_folder is None:
        return Keys(region, MemoryStore(), clock, None)
    master = Master(keys_folder)
    return Keys(region, FileStore(keys_folder, region, master), clock, master)


def _check_alias(name: str) -> None:
    if name.startswith(_AWS_PREFIX):
        raise InvalidAliasNameException(f"{name}: names that begin with {_AWS_PREFIX} are AWS's")
    if not _is_alias(name):
        raise InvalidAliasNameException(
            f"{name!r} is no name of an alias: alias/ and up to 250 letters, digits, /, _ and -"
        )


def _check_description(description: str) -> None:
    _check_length("description", len(description), _DESCRIPTION_MAX, least=0)
    try:
        description.encode()
    except UnicodeEncodeError:
        raise KeyValidationException("The description is not UTF-8 text") from None


def _check_length(member: str, length: int, most: int, least: int = 1) -> None:
    if not least <= length <= most:
        bound = f"less than or equal to {most}" if length > most else "greater than or equal to 1"
        raise KeyValidationException(
            f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
            f"Member must have length {bound}"
        )


def _check_range(member: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        bound = f"less than or equal to {most}"
        if value < least:
            bound = f"greater than or equal to {least}"
        raise KeyValidationException(
            f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy "
            f"constraint: Member must have value {bound}"
        )
