"""Pages put together: whatever the sizes, all results come once and in order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dyntui.cli.paging import PageOptions, Pages, Pagination, merged
from engine.client.protocol import Json

LIST = Pagination("Start", "Last", "Limit", ("Names", "Count"), ("Cost",))


class Service:
    """Answers with numbers from `Start` on, `page` or `Limit` of them in a page."""

    def __init__(self, total: int, page: int) -> None:
        self.total = total
        self.page = page
        self.calls = 0

    def __call__(self, request: Json) -> Json:
        self.calls += 1
        start = request.get("Start") or 0
        end = min(start + min(self.page, request.get("Limit", self.page)), self.total)
        names = list(range(start, end))
        answer: Json = {"Names": names, "Count": len(names), "Cost": self.calls}
        return answer | ({"Last": end} if end < self.total else {})


_SIZES = st.integers(1, 7)


@settings(deadline=None)
@given(st.integers(0, 30), _SIZES, _SIZES | st.none(), _SIZES | st.none())
def test_reading_on_with_the_token_gives_everything_once(
    total: int, page: int, page_size: int | None, max_items: int | None
) -> None:
    names: list[int] = []
    token = None
    for _ in range(total + 1):
        options = PageOptions(page_size, max_items, token)
        answer = merged(Pages(LIST, Service(total, page), {}, options), LIST)
        names += answer["Names"]
        assert max_items is None or len(answer["Names"]) <= max_items
        assert answer["Cost"] == 1
        token = answer.get("NextToken")
        if token is None:
            break
    assert names == list(range(total))


@settings(deadline=None)
@given(st.integers(0, 30), _SIZES)
def test_counts_are_added(total: int, page: int) -> None:
    answer = merged(Pages(LIST, Service(total, page), {}, PageOptions()), LIST)
    assert answer == {"Names": list(range(total)), "Count": total, "Cost": 1}


def test_what_a_cut_page_counted_is_told_once() -> None:
    first = merged(Pages(LIST, Service(5, 5), {}, PageOptions(max_items=2)), LIST)
    assert (first["Names"], first["Count"]) == ([0, 1], 5)
    rest = Pages(LIST, Service(5, 5), {}, PageOptions(starting_token=first["NextToken"]))
    answer = merged(rest, LIST)
    assert (answer["Names"], answer["Count"], "NextToken" in answer) == ([2, 3, 4], 0, False)


def test_a_single_page_is_one_call() -> None:
    service = Service(9, 4)
    pages = Pages(LIST, service, {}, PageOptions(page_size=3, single_page=True))
    assert [page["Names"] for page in pages] == [[0, 1, 2]]
    assert service.calls == 1
    assert pages.resume_token is not None
