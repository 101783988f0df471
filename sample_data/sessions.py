"""Generated sign-in sessions: an expiry for Time to Live, and all ten attribute types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sample_data.dataset import (
    REFERENCE_S,
    Dataset,
    Json,
    attribute_definitions,
    include,
    key_schema,
)

if TYPE_CHECKING:
    from sample_data.draws import Draws

SEED = 20_260_101
ROW_COUNT = 1_000
USER_COUNT = 150
AGE_S = 14 * 86_400
"""Sessions began within this time before the present."""
LIFETIME_S = 7 * 86_400

_ROLES = ("reader", "editor", "admin", "billing", "support")
_DEVICES = ("desktop", "laptop", "phone", "tablet")
_THEMES = ("dark", "light", "contrast")
_PAGES = ("/", "/orders", "/search", "/settings", "/help")


def items(now_s: int) -> Iterator[Json]:
    """The sessions as of `now_s` (epoch seconds): about half of them have expired by then.

    Only the times depend on `now_s`: the keys and all else stay the same.
    """
    # Importing `random` costs more than the rest of the package together.
    from sample_data.draws import Draws

    draws = Draws(SEED)
    for _ in range(ROW_COUNT):
        yield _item(draws, now_s)


def _item(draws: Draws, now_s: int) -> Json:
    """One session, from the next draws."""
    created_s = now_s - draws.whole(60, AGE_S)
    item: Json = {
        "session_id": {"S": draws.octets(12).hex()},
        "user_id": {"S": f"user-{draws.skewed(1, USER_COUNT):04d}"},
        "created_at": {"N": str(created_s)},
        "expires_at": {"N": str(created_s + LIFETIME_S)},
        "token": {"B": draws.octets(32)},
        "device": {"S": draws.pick(_DEVICES)},
        "roles": {"SS": draws.some(_ROLES, 0.3)},
        "remembered": {"BOOL": draws.chance(0.6)},
        "preferences": {"M": _preferences(draws)},
        "visits": {"L": [_visit(draws) for _ in range(draws.whole(0, 4))]},
        # Known and empty: the user has not signed out. An absent attribute would say "not known".
        "signed_out_at": {"NULL": True},
    }
    if draws.chance(0.25):
        open_s = draws.whole(1, min(LIFETIME_S, now_s - created_s))
        item["signed_out_at"] = {"N": str(created_s + open_s)}
    if draws.chance(0.5):
        orders = {draws.whole(10_000, 99_999) for _ in range(draws.whole(1, 4))}
        item["order_numbers"] = {"NS": [str(order) for order in sorted(orders)]}
    if draws.chance(0.3):
        item["passkeys"] = {"BS": [draws.octets(16) for _ in range(draws.whole(1, 2))]}
    return item


def _preferences(draws: Draws) -> Json:
    """A map with a map in it."""
    return {
        "theme": {"S": draws.pick(_THEMES)},
        "page_size": {"N": str(draws.pick((25, 50, 100)))},
        "notify": {
            "M": {"email": {"BOOL": draws.chance(0.7)}, "push": {"BOOL": draws.chance(0.4)}}
        },
    }


def _visit(draws: Draws) -> Json:
    """A map as an element of a list."""
    return {
        "M": {"page": {"S": draws.pick(_PAGES)}, "seconds": {"N": str(draws.whole(1, 600))}},
    }


def dataset(now_s: int = REFERENCE_S) -> Dataset:
    """The data set as of `now_s` (epoch seconds)."""
    return Dataset(
        name="sessions",
        title="Sessions",
        description="Generated sign-in sessions with an expiry for Time to Live and every "
        "attribute type; an index by user.",
        row_count=ROW_COUNT,
        source="generated",
        definition={
            "TableName": "sessions",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": attribute_definitions(
                session_id="S", user_id="S", created_at="N"
            ),
            "KeySchema": key_schema("session_id"),
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "by-user",
                    "KeySchema": key_schema("user_id", "created_at"),
                    "Projection": include("expires_at", "device"),
                },
            ],
        },
        items=lambda: items(now_s),
    )
