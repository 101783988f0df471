"""What to do about an error of the API, in one line."""

from __future__ import annotations

from engine.errors import ApiError

_BY_TEXT = (
    ("is a reserved keyword", "Write the name in double quotes."),
    ("can only contain non-primary key attributes", "Give the key's value in its own field."),
    ("No value provided in request for the metadata", "Give each placeholder a value."),
    ("Type mismatch for key", "The key's type is the one in the table's schema."),
    ("mandatory equality on all key", "WHERE names one item: give every attribute of the key."),
    ("does not match the schema", "Give every attribute of the key, with the schema's types."),
    ("Missing the key", "Every item needs all attributes of the table's primary key."),
    ("Item size has exceeded", "An item holds at most 400 KB; keep large parts elsewhere."),
    (
        "Item size to update has exceeded",
        "An item holds at most 400 KB; keep large parts elsewhere.",
    ),
    ("may not be empty", "DynamoDB has no empty sets: leave the attribute out."),
    ("empty string value", "A key attribute needs at least one character."),
    ("more than 38 significant digits", "Keep the number as text (S) to keep all its digits."),
    ("protected against deletion", "Switch deletion protection off first: in the settings, 2."),
    ("DeletionProtectionEnabled", "Switch deletion protection off first: in the settings, 2."),
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
    ("does not project", "The index lacks that attribute: query the table, or show all."),
    (
        "Consistent reads are not supported",
        "A global secondary index reads eventually: switch consistent off.",
    ),
)
_BY_CODE = {
    "ConditionalCheckFailedException": "The item is not as it was read: somebody wrote meanwhile.",
    "ResourceInUseException": "Wait until the table is ACTIVE, or choose another name.",
    "ResourceNotFoundException": "It may have been dropped meanwhile: R reloads the tables.",
    "LimitExceededException": "Wait for the changes that are under way.",
    "ConnectionFailed": "Is the server running, and does it answer there? R tries again.",
    "InternalServerError": "Nothing was changed; try again.",
    "ProvisionedThroughputExceededException": "Give the table or index more units.",
    "ThrottlingException": "Ask more slowly; dyntui stats tells whether a key is hot.",
    "SerializationException": "A value has another JSON type than the API takes there.",
}


def hint(error: ApiError) -> str:
    """A short hint for an error, or an empty text."""
    for part, advice in _BY_TEXT:
        if part in error.message:
            return advice
    return _BY_CODE.get(error.code, "")
