"""The API's errors, one class each, with their wire form and HTTP status.

    Exception
    ├── ApiError                                  400 unless said
    │   ├── (coral service: failures before an operation runs)
    │   │   ├── UnknownOperationException
    │   │   ├── SerializationException
    │   │   ├── MissingAuthenticationTokenException
    │   │   ├── IncompleteSignatureException
    │   │   └── InvalidSignatureException
    │   ├── ValidationException                   (coral validate)
    │   └── (dynamodb)
    │       ├── ConditionalCheckFailedException   may carry `Item`
    │       ├── InternalServerError               500
    │       ├── LimitExceededException
    │       ├── ResourceInUseException
    │       └── ResourceNotFoundException
    └── FolderError                               the data folder, before any request
        ├── ConfigError
        ├── WrongKeyError
        ├── DamagedError
        ├── NewerFormatError
        └── FolderAccessError

Texts and namespaces: facts on the API's behaviour, §1 and §13. A message is written where its rule
is checked; the numbers E001… beside it are the ids that tests use.
"""

from __future__ import annotations

from typing import Any, ClassVar

_CORAL_SERVICE = "com.amazon.coral.service#"
_CORAL_VALIDATE = "com.amazon.coral.validate#"
_DYNAMODB = "com.amazonaws.dynamodb.v20120810#"


class ApiError(Exception):
    """An error that the API gives as its answer.

    `members` are further members of the error's body, such as `Item`.
    """

    namespace: ClassVar[str] = _DYNAMODB
    status: ClassVar[int] = 400
    message_key: ClassVar[str] = "message"

    def __init__(self, message: str, **members: Any) -> None:
        super().__init__(message)
        self.message = message
        self.members = members

    @property
    def code(self) -> str:
        """The error's name in the API, which is the class's name."""
        return type(self).__name__

    def body(self) -> dict[str, Any]:
        """The JSON body with which the service answers."""
        body: dict[str, Any] = {"__type": self.namespace + self.code}
        if self.message:
            body[self.message_key] = self.message
        return body | self.members


class UnknownOperationException(ApiError):
    """The operation does not exist, or not here."""

    namespace = _CORAL_SERVICE


class SerializationException(ApiError):
    """A member of the request has the wrong JSON type."""

    namespace = _CORAL_SERVICE
    message_key = "Message"


class MissingAuthenticationTokenException(ApiError):
    """The request does not say on whose behalf it comes."""

    namespace = _CORAL_SERVICE


class IncompleteSignatureException(ApiError):
    """A part of the request's signature is missing."""

    namespace = _CORAL_SERVICE


class InvalidSignatureException(ApiError):
    """The request's signature is not right."""

    namespace = _CORAL_SERVICE


class ValidationException(ApiError):
    """The request breaks a rule."""

    namespace = _CORAL_VALIDATE


class ConditionalCheckFailedException(ApiError):
    """The condition was false; carries `Item` where the request asked for it."""


class InternalServerError(ApiError):
    """The engine could not do what was asked, through no fault of the request."""

    status = 500


class LimitExceededException(ApiError):
    """Too many of something at once."""


class ResourceInUseException(ApiError):
    """The table exists already, or is being changed."""


class ResourceNotFoundException(ApiError):
    """The table or index does not exist."""


class FolderError(Exception):
    """The data folder cannot be used; the message is one line for the person who named it."""


class ConfigError(FolderError):
    """A setting is unknown, of the wrong kind, or out of its range."""


class WrongKeyError(FolderError):
    """The key is not the one that the folder was made with."""


class DamagedError(FolderError):
    """A file of the folder is damaged: truncated, overwritten, or not ours."""


class NewerFormatError(FolderError):
    """The folder was written by a newer version."""


class FolderAccessError(FolderError):
    """The folder cannot be read, written or created."""
