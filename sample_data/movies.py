"""Films: a partition key made of title and year, and two sparse indexes."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from sample_data.dataset import ALL, Dataset, Json, attribute_definitions, include, key_schema
from sample_data.sources import read_json

_TEXTS = {
    "mpaa_rating": "MPAA Rating",
    "distributor": "Distributor",
    "source": "Source",
    "genre": "Major Genre",
    "creative_type": "Creative Type",
    "director": "Director",
}
_NUMBERS = {
    "us_gross": "US Gross",
    "worldwide_gross": "Worldwide Gross",
    "us_dvd_sales": "US DVD Sales",
    "production_budget": "Production Budget",
    "running_time_min": "Running Time min",
}
_RATINGS = {
    "imdb": "IMDB Rating",
    "votes": "IMDB Votes",
    "rotten_tomatoes": "Rotten Tomatoes Rating",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_LAST_YEAR = 2011
"""The newest film that the set can know. Its years once had two digits: later ones are 19xx."""

_Row = dict[str, str | None]


def items() -> Iterator[Json]:
    """One item per film."""
    taken: Counter[str] = Counter()
    for row in read_json("movies.json"):
        yield _item(row, taken)


def _item(row: _Row, taken: Counter[str]) -> Json:
    """An item from a row of the file; `taken` counts the ids that are in use."""
    published_title = row["Title"]
    published_date = row["Release Date"] or ""
    title = repaired_title(published_title) if published_title is not None else None
    released = release_date(published_date)
    year = released[:4]

    item: Json = {"id": {"S": unique_id(f"{slug(title)}-{year}", taken)}}
    if title is not None:
        item["title"] = {"S": title}
    item |= {"released": {"S": released}, "year": {"N": year}}
    item |= {name: {"S": row[column]} for name, column in _TEXTS.items() if row[column]}
    item |= {name: {"N": row[column]} for name, column in _NUMBERS.items() if row[column]}
    ratings = {name: {"N": row[column]} for name, column in _RATINGS.items() if row[column]}
    if ratings:
        item["ratings"] = {"M": ratings}
    corrected = {}
    if title != published_title:
        corrected["title"] = {"S": published_title}
    if not published_date.endswith(year):
        corrected["released"] = {"S": published_date}
    if corrected:
        item["corrected_from"] = {"M": corrected}
    return item


def release_date(published: str) -> str:
    """The ISO date of a date such as `Dec 15 2039`, with its century put right.

    >>> release_date("Dec 15 2039")
    '1939-12-15'
    """
    month, day, year_text = published.split()
    year = int(year_text)
    if year > _LAST_YEAR:
        year -= 100
    return f"{year:04d}-{_MONTHS.index(month) + 1:02d}-{day}"


def repaired_title(published: str) -> str:
    """The title, where it was once read in the wrong character set.

    Eighteen titles hold Windows text that was taken for the Macintosh's (é became È).

    >>> repaired_title("LÈon")
    'Léon'
    """
    if published.isascii():
        return published
    try:
        return published.encode("mac_roman").decode("cp1252")
    except UnicodeError:
        return published


def slug(title: str | None) -> str:
    """The title's letters and digits, in lower case without accents, joined by hyphens.

    >>> slug("Déjà Vu")
    'deja-vu'
    """
    plain = unicodedata.normalize("NFKD", title or "").encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "untitled"


def unique_id(wanted: str, taken: Counter[str]) -> str:
    """`wanted`, or `wanted-2`, `wanted-3`, … where it is in use; counts it in `taken`."""
    taken[wanted] += 1
    return wanted if taken[wanted] == 1 else f"{wanted}-{taken[wanted]}"


DATASET = Dataset(
    name="movies",
    title="Movies",
    description="Films from 1915 to 2011 with gross, budget and ratings; sparse indexes by genre "
    "and by director.",
    row_count=3_201,
    source="movies.json of vega-datasets 3.2.1",
    definition={
        "TableName": "movies",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attribute_definitions(
            id="S", genre="S", worldwide_gross="N", director="S", year="N"
        ),
        "KeySchema": key_schema("id"),
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-genre",
                "KeySchema": key_schema("genre", "worldwide_gross"),
                "Projection": include("title", "year", "director", "ratings"),
            },
            {
                "IndexName": "by-director",
                "KeySchema": key_schema("director", "year"),
                "Projection": ALL,
            },
        ],
    },
    items=items,
)
