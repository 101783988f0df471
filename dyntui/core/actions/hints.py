"""What to do about an error of the API, in one line.

The app's hints may name its keys, by actions (`spoken_keys`); those of other faces name none.
"""

from __future__ import annotations

from dyntui.core.actions.spoken_keys import with_keys
from engine.errors import ApiError

_BY_TEXT = (
    (
        "is a reserved keyword",
        'Write it "name" in PartiQL, and #name in an expression, with ExpressionAttributeNames.',
    ),
    ("can only contain non-primary key attributes", "Give the key's value in its own field."),
    ("No value provided in request for the metadata", "Give each placeholder a value."),
    ("Type mismatch for key", "The key's type is the one in the table's schema."),
    ("mandatory equality on all key", "WHERE names one item: give every attribute of the key."),
    ("does not match the schema", "Give every attribute of the key, with the schema's types."),
    ("Missing the key", "Every item needs all attributes of the table's primary key."),
    ("unused in expressions", "Leave it out: each placeholder that is given has to be used."),
    ("Two document paths overlap", "Change an attribute, or what is inside of it, not both."),
    ("Expression size has exceeded", "An expression has at most 4 KB: do it in several requests."),
    ("Nesting Levels", "Lists and maps go 32 levels deep: keep what is below in items of its own."),
    ("Size of hashkey", "The value of a partition key has at most 2,048 bytes."),
    ("all range keys has exceeded", "The value of a sort key has at most 1,024 bytes."),
    ("This attribute is part of the key", "A key stays: put the item under another, then delete."),
    ("size limit of 10GB", "With an LSI, what shares a partition key has at most 10 GB."),
    ("Item size has exceeded", "An item holds at most 400 KB; keep large parts elsewhere."),
    (
        "Item size to update has exceeded",
        "An item holds at most 400 KB; keep large parts elsewhere.",
    ),
    ("may not be empty", "DynamoDB has no empty sets: leave the attribute out."),
    ("empty string value", "A key attribute needs at least one character."),
    ("more than 38 significant digits", "Keep the number as text (S) to keep all its digits."),
    ("protected against deletion", "Switch deletion protection off first."),
    ("DeletionProtectionEnabled", "Switch deletion protection off first."),
    ("will not change", "Give other values than the table has now."),
    ("Only 1 online index", "Wait until the index that is made or removed is done."),
    ("decreases are limited", "Units may be raised at any time."),
    ("Update to PayPerRequest mode", "Raise the units meanwhile."),
    ("decreasing WarmThroughput", "Leave it as it is: warm throughput costs nothing further."),
    ("TimeToLive is active on a different", "Turn Time to Live off first."),
    ("multiple times within a fixed interval", "The service takes one change an hour."),
    ("already has an enabled stream", "Turn the stream off first: its view cannot be changed."),
    ("Number of Tags exceed", "Remove a tag first."),
    ("Tag Key cannot be prefixed", "Give a key that does not begin with aws:."),
    ("AttributeDefinitions", "Each attribute of a key is defined once, with one type."),
    ("KMS key access denied", "The table's key is of no use now: enable it, or keep it."),
    ("nothing may be changed here", "Reading goes on; to write, start without read-only."),
    ("is not authorized to perform", "Nothing was done: the policy of who asks does not allow it."),
    ("Throughput exceeds the current", "On demand grows by itself: ask more slowly for a while."),
    ("does not project", "The index lacks that attribute: query the table, or show all."),
    (
        "Consistent reads are not supported",
        "A global secondary index reads eventually: switch consistent off.",
    ),
)
_BY_CODE = {
    "ConditionalCheckFailedException": "The item is not as it was read: somebody wrote meanwhile.",
    "ResourceInUseException": "Wait until the table is ACTIVE, or choose another name.",
    "ResourceNotFoundException": "It may have been dropped meanwhile.",
    "LimitExceededException": "Wait for the changes that are under way.",
    "UnitsLimitReached": "What came so far stands. Ask again to go on.",
    "ConnectionFailed": "Is the server running, and does it answer there?",
    "InternalServerError": "Try again; look first whether a write was carried out all the same.",
    "ProvisionedThroughputExceededException": "Give the table or index more units.",
    "ThrottlingException": "Ask more slowly; dyntui stats tells whether a key is hot.",
    "RequestLimitExceeded": "The account is at its limit: ask more slowly.",
    "DuplicateItemException": "An item with that key is there: UPDATE changes it, DELETE "
    "removes it.",
    "TransactionCanceledException": "Nothing was changed. The reasons stand by action, in order.",
    "TransactionConflictException": "Somebody writes the item just now: ask again.",
    "IdempotentParameterMismatchException": "Give another request another token.",
    "ItemCollectionSizeLimitExceededException": "Delete from the collection, or drop the LSI.",
    "PointInTimeRecoveryUnavailableException": "Turn point-in-time recovery on first.",
    "InvalidRestoreTimeException": "Choose a time between the earliest and the latest restorable.",
    "BackupInUseException": "Wait until what is done with the backup has ended.",
    "TrimmedDataAccessException": "A stream has 24 hours: begin with the oldest record it has.",
    "ExpiredIteratorException": "An iterator lasts 5 minutes: get another one.",
    "UnrecognizedClientException": "The credentials are unknown there: choose another profile.",
    "ExpiredTokenException": "The credentials have expired: sign in again.",
    "SerializationException": "A value has another JSON type than the API takes there.",
}


# What the app has instead, where a key of its own helps.
_IN_APP = {
    "KMS key access denied": (
        "The table's key is of no use now: {browser.security} shows it, {keys.able} enables it."
    ),
    "protected against deletion": "Switch deletion protection off first: in the settings, "
    "{browser.tab_2}.",
    "DeletionProtectionEnabled": "Switch deletion protection off first: in the settings, "
    "{browser.tab_2}.",
    "nothing may be changed here": (
        "Where the app was made so, {app.command_palette} and read-only lets it write again."
    ),
    "This attribute is part of the key": (
        "A key stays: {items.duplicate} puts the item under another, {items.delete} deletes this."
    ),
    "ResourceNotFoundException": "It may have been dropped: {browser.reload} reloads the tables.",
    "ConnectionFailed": (
        "Is the server running, and does it answer there? {browser.reload} tries again."
    ),
    "ProvisionedThroughputExceededException": (
        "{browser.tab_3} shows what is short and which key is hot, {capacity.alter} "
        "there alters it."
    ),
    "ThrottlingException": "Ask more slowly; {browser.tab_3} shows whether a key is hot.",
    "PointInTimeRecoveryUnavailableException": (
        "Turn point-in-time recovery on first: {browser.tab_4}, then {timeline.recovery}."
    ),
}


def hint(error: ApiError) -> str:
    """A short hint for an error, or an empty text."""
    return _found(error)[1]


def app_hint(error: ApiError) -> str:
    """The same, with keys of the app where they help."""
    reason, advice = _found(error)
    return with_keys(_IN_APP.get(reason, advice))


def _found(error: ApiError) -> tuple[str, str]:
    """What of the error is known, and what to do about it."""
    for part, advice in _BY_TEXT:
        if part in error.message:
            return part, advice
    return error.code, _BY_CODE.get(error.code, "")
