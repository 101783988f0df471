"""The API's errors, one class each, with their wire form and HTTP status.

    Exception
    ├── ApiError                                  400 unless said
    │   ├── (coral service: failures before an operation runs)
    │   │   ├── UnknownOperationException
    │   │   ├── SerializationException
    │   │   ├── MissingAuthenticationTokenException
    │   │   ├── IncompleteSignatureException
    │   │   └── InvalidSignatureException
    │   ├── AccessDeniedException                 TableKeyDenied is one too
    │   ├── ValidationException                   (coral validate)
    │   ├── ServiceError                          of a remote, with a code that has no class here
    │   ├── ConnectionFailed                      a remote gave no answer
    │   └── (dynamodb)
    │       ├── BackupInUseException
    │       ├── BackupNotFoundException
    │       ├── ConditionalCheckFailedException   may carry `Item`
    │       ├── ContinuousBackupsUnavailableException
    │       ├── DuplicateItemException
    │       ├── ExportConflictException
    │       ├── ExportNotFoundException
    │       ├── ExpiredIteratorException
    │       ├── IdempotentParameterMismatchException
    │       ├── ImportConflictException
    │       ├── ImportNotFoundException
    │       ├── InternalServerError               500; RequestCancelled is one too
    │       ├── InvalidRestoreTimeException
    │       ├── ItemCollectionSizeLimitExceededException
    │       ├── LimitExceededException
    │       ├── PointInTimeRecoveryUnavailableException
    │       ├── ResourceInUseException
    │       ├── ResourceNotFoundException
    │       ├── TableAlreadyExistsException
    │       ├── TableInUseException
    │       ├── TableNotFoundException
    │       ├── TransactionCanceledException      carries `CancellationReasons`
    │       ├── TransactionConflictException
    │       └── TrimmedDataAccessException
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

from functools import cache
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


class AccessDeniedException(ApiError):
    """Whoever asked may not do that, or nobody may, where nothing is to be changed."""

    namespace = _CORAL_SERVICE
    message_key = "Message"


class TableKeyDenied(AccessDeniedException):
    """A table's values cannot be read or written: the KMS key that they are under is of no use."""

    @property
    def code(self) -> str:
        """See `ApiError.code`."""
        return AccessDeniedException.__name__


class ValidationException(ApiError):
    """The request breaks a rule; `about_table` where that needed the table or its items.

    `newer` is the text in the wording of 2026, where it is another in more than the rules of
    `engine.operations.wording` can tell; `violations` are the member constraints that the text
    lists.
    """

    namespace = _CORAL_VALIDATE
    about_table = False

    def __init__(
        self,
        message: str,
        *,
        newer: str | None = None,
        violations: tuple[str, ...] = (),
        **members: Any,
    ) -> None:
        super().__init__(message, **members)
        self.newer = newer
        self.violations = violations


class BackupInUseException(ApiError):
    """Something else is being done with the backup."""


class BackupNotFoundException(ApiError):
    """There is no such backup."""


class ConditionalCheckFailedException(ApiError):
    """The condition was false; carries `Item` where the request asked for it."""


class ContinuousBackupsUnavailableException(ApiError):
    """The table is so new that continuous backups are not there yet."""


class DuplicateItemException(ApiError):
    """There is an item with this key already."""


class ExportConflictException(ApiError):
    """A client token has begun another export."""


class ExportNotFoundException(ApiError):
    """There is no such export."""


class ImportConflictException(ApiError):
    """A client token has begun another import."""


class ImportNotFoundException(ApiError):
    """There is no such import."""


class InvalidExportTimeException(ApiError):
    """A time that an export cannot be as of."""


class ExpiredIteratorException(ApiError):
    """A shard iterator was made more than 15 minutes ago."""


class IdempotentParameterMismatchException(ApiError):
    """A client token was used before, with another request."""

    message_key = "Message"


class InternalServerError(ApiError):
    """The engine could not do what was asked, through no fault of the request."""

    status = 500


class RequestCancelled(InternalServerError):
    """Whoever asked has given up meanwhile."""

    @property
    def code(self) -> str:
        """See `ApiError.code`."""
        return InternalServerError.__name__


class InvalidRestoreTimeException(ApiError):
    """A time that lies outside of what can be gone back to."""


class ItemCollectionSizeLimitExceededException(ApiError):
    """An item collection of a table with local indexes would become too large."""


class LimitExceededException(ApiError):
    """Too many of something at once."""


class PointInTimeRecoveryUnavailableException(ApiError):
    """Nothing is kept by which the table's past could be read."""


class ProvisionedThroughputExceededException(ApiError):
    """A table, index or partition gave all that it is provisioned with; ask again later."""


class ResourceInUseException(ApiError):
    """The table exists already, or is being changed."""


class ResourceNotFoundException(ApiError):
    """The table or index does not exist."""


class TableAlreadyExistsException(ApiError):
    """A restore's target exists already."""


class TableInUseException(ApiError):
    """The table is being made, changed or deleted: no backup or restore of it now."""


class TableNotFoundException(ApiError):
    """The table does not exist; of backups and continuous backups."""


class ThrottlingException(ApiError):
    """A table or index on demand, or one of its partitions, gave all that it can for now."""


class TransactionCanceledException(ApiError):
    """A transaction was refused; carries `CancellationReasons`, one per action."""

    message_key = "Message"


class TransactionConflictException(ApiError):
    """A transaction in flight is about the same item."""


class TrimmedDataAccessException(ApiError):
    """A place in a stream is older than what is left of it."""


class ServiceError(ApiError):
    """An error of a remote that the engine never gives; `code` is as the remote gave it."""

    def __init__(self, code: str, message: str, **members: Any) -> None:
        super().__init__(message, **members)
        self._code = code

    @property
    def code(self) -> str:
        """See `ApiError.code`."""
        return self._code


class ConnectionFailed(ApiError):
    """A remote cannot be reached, or answers otherwise than DynamoDB does.

    The message is one line for the person who named the remote.
    """


def api_error(code: str, message: str, **members: Any) -> ApiError:
    """The error of a code, in the class of that name where there is one."""
    kind = _class_by_code().get(code)
    return kind(message, **members) if kind else ServiceError(code, message, **members)


@cache
def _class_by_code() -> dict[str, type[ApiError]]:
    given_by_code = {ServiceError, ConnectionFailed}
    return {kind.__name__: kind for kind in ApiError.__subclasses__() if kind not in given_by_code}


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
