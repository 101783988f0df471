"""What a lesson tells while it runs: steps of prose, requests with their answers, drawings, claims.

Everything is kept as it is; `drawing` makes lines of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dyntui.core.actions.spoken_keys import with_keys
from dyntui.core.tables.requests import Request
from dyntui.lessons.lesson import Lesson
from dyntui.lessons.sandbox import Sandbox, sandbox
from engine.client.protocol import Client
from engine.errors import ApiError

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what came back: members of the answer, or of an error, and its text."""

    request: Request
    answer: Json
    error: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A small table; figures stand at the right."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """Figures by name, as bars; those whose name is in `marked` are where something is wrong."""

    unit: str
    rows: tuple[tuple[str, float], ...]
    marked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure a second under its limit, with how many requests were throttled in each."""

    title: str
    values: tuple[float, ...]
    throttled: tuple[int, ...]
    limit: float | None


@dataclass(frozen=True, slots=True)
class Hint:
    """Where the same can be done: "app", "CLI" or "PartiQL", and how."""

    way: str
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What the lesson says to be so, and whether the run bears it out."""

    text: str
    holds: bool


Block = Prose | Exchange | Table | Bars | Chart | Hint | Claim


@dataclass(frozen=True, slots=True)
class Step:
    """One page of a lesson."""

    title: str
    blocks: tuple[Block, ...]

    @property
    def requests(self) -> tuple[Request, ...]:
        """The requests that are shown, in their order."""
        return tuple(block.request for block in self.blocks if isinstance(block, Exchange))


@dataclass(frozen=True, slots=True)
class Run:
    """A lesson that has run: its steps, and what came out of it.

    `outcome` are the figures that claims rest on, by name.
    """

    lesson: Lesson
    values: dict[str, str]
    steps: tuple[Step, ...]
    outcome: dict[str, Any]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All claims, in their order."""
        return tuple(
            block for step in self.steps for block in step.blocks if isinstance(block, Claim)
        )

    @property
    def holds(self) -> bool:
        """Whether every claim is borne out."""
        return all(claim.holds for claim in self.claims)


@dataclass(slots=True)
class Page:
    """What a lesson writes on."""

    box: Sandbox
    values: dict[str, str]
    outcome: dict[str, Any] = field(default_factory=dict)
    _titles: list[str] = field(default_factory=list)
    _blocks: list[list[Block]] = field(default_factory=list)

    def value(self, name: str) -> str:
        """What a parameter is set to."""
        return self.values[name]

    def number(self, name: str) -> float:
        """What a parameter is set to, as a number."""
        return float(self.values[name])

    def step(self, title: str, *paragraphs: str) -> None:
        """Begin a step."""
        self._titles.append(title)
        self._blocks.append([])
        self.say(*paragraphs)

    def say(self, *paragraphs: str) -> None:
        """Paragraphs."""
        for text in paragraphs:
            self._add(Prose(text))

    def ask(
        self,
        operation: str,
        request: Json,
        *shown: str,
        client: Client | None = None,
    ) -> Json:
        """Make a request, and show it with the members `shown` of its answer (all by default)."""
        answer = (client or self.box.engine).call(operation, request)
        members = {name: answer[name] for name in shown or answer if name in answer}
        self._add(Exchange(Request(operation, request), members))
        return answer

    def do(self, operation: str, request: Json) -> Json:
        """Make a request, and show it without its answer."""
        answer = self.box.engine.call(operation, request)
        self._add(Exchange(Request(operation, request), {}))
        return answer

    def refused(self, operation: str, request: Json) -> ApiError | None:
        """Make a request that is to be refused, and show it with its error; None if it was not."""
        try:
            answer = self.box.engine.call(operation, request)
        except ApiError as error:
            told = f"{error.code}: {error.message}"
            self._add(Exchange(Request(operation, request), dict(error.members), told))
            return error
        self._add(Exchange(Request(operation, request), answer))
        return None

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """A small table."""
        self._add(Table(tuple(heads), tuple(tuple(map(cell, row)) for row in rows)))

    def bars(self, unit: str, figures: Mapping[str, float], marked: Sequence[str] = ()) -> None:
        """Bars by name."""
        self._add(Bars(unit, tuple(figures.items()), frozenset(marked)))

    def chart(
        self, title: str, values: Sequence[float], throttled: Sequence[int], limit: float | None
    ) -> None:
        """A figure a second."""
        self._add(Chart(title, tuple(values), tuple(throttled), limit))

    def hint(self, way: str, text: str) -> None:
        """Where the same can be done; keys of the app by their actions (`spoken_keys`)."""
        self._add(Hint(way, with_keys(text)))

    def claim(self, text: str, holds: bool, **figures: Any) -> None:
        """Say that something is so; `figures` of the run bear it out."""
        self.outcome |= figures
        self._add(Claim(text, holds))

    def steps(self) -> tuple[Step, ...]:
        """What was written."""
        return tuple(
            Step(title, tuple(blocks))
            for title, blocks in zip(self._titles, self._blocks, strict=True)
        )

    def _add(self, block: Block) -> None:
        self._blocks[-1].append(block)


def run(lesson: Lesson, given: Mapping[str, str] | None = None) -> Run:
    """Run a lesson with parameters; raises `LessonError` where one of them cannot be.

    Nothing but the lesson's own sandbox is touched.
    """
    values = lesson.values(given or {})
    with sandbox(lesson) as box:
        page = Page(box, values)
        lesson.tell(page)
    return Run(lesson, values, page.steps(), page.outcome)


def cell(value: object) -> str:
    """A cell of a table: figures without needless digits."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else str(value)


def units_of(answer: Json) -> float:
    """The units that an answer says were consumed, of one table or of several."""
    told = answer["ConsumedCapacity"]
    entries = told if isinstance(told, list) else [told]
    return float(sum(entry["CapacityUnits"] for entry in entries))
