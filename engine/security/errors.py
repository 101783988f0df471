"""Why a key store refused a call, with the names that the service's errors have.

ApiError
└── KeyStoreError
    ├── AccessDeniedException        a ciphertext of no key here; a key that AWS manages
    ├── AlreadyExistsException       the alias
    ├── DisabledException
    ├── IncorrectKeyException        another key encrypted it
    ├── InvalidAliasNameException
    ├── InvalidCiphertextException   damaged, or under another context
    ├── KeyValidationException       `ValidationException`: a number or length out of its range
    ├── KMSInvalidStateException     the key is to be deleted, or is not
    └── NotFoundException            the key or alias
"""

from __future__ import annotations

from typing import ClassVar

from engine.errors import ApiError


class KeyStoreError(ApiError):
    """A key store refused a call."""

    namespace: ClassVar[str] = ""


class AccessDeniedException(KeyStoreError):
    """The ciphertext is of no key that is here, or the key is not the caller's to change."""


class AlreadyExistsException(KeyStoreError):
    """There is an alias of that name."""


class DisabledException(KeyStoreError):
    """The key is disabled."""


class IncorrectKeyException(KeyStoreError):
    """Another key than the one that is named encrypted it."""


class InvalidAliasNameException(KeyStoreError):
    """No alias can have that name."""


class InvalidCiphertextException(KeyStoreError):
    """The ciphertext is damaged, or was encrypted under another context."""


class KeyValidationException(KeyStoreError):
    """A number or a length is out of its range."""

    @property
    def code(self) -> str:
        """See `ApiError.code`."""
        return "ValidationException"


class KMSInvalidStateException(KeyStoreError):
    """The key is to be deleted; or it is not, and that was to be cancelled."""


class NotFoundException(KeyStoreError):
    """There is no such key or alias."""
