"""Throughput as tables and global indexes are told it: provisioned, on demand, warm.

These settings are checked, kept and described; what they let in is up to the meter. The texts are
E169, E170, E184 and E192 of the API's errors, and what the service was seen to say beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from engine.client.protocol import Json
from engine.errors import LimitExceededException, ValidationException

UNITS_MAX = 40_000
"""The quota of a table, and of each index, in capacity units."""

_UNITS_BOUND = 1_000_000_000_000
_FREE_DECREASES_PER_DAY = 4
_DECREASE_INTERVAL = timedelta(hours=1)
_SWITCHES_S = 86_400
_INVALID = "One or more parameter values were invalid: "
MORE = (
    "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher "
    "limits."
)
UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")
_MAXIMA = ("MaxReadRequestUnits", "MaxWriteRequestUnits")
# Each member of WarmThroughput with the member of ProvisionedThroughput that it follows.
_WARM = {"ReadUnitsPerSecond": "ReadCapacityUnits", "WriteUnitsPerSecond": "WriteCapacityUnits"}
_WARM_ON_DEMAND = {"ReadUnitsPerSecond": 12_000, "WriteUnitsPerSecond": 4_000}


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose throughput it is: a table's, or that of an index; texts name it."""

    region: str
    index: str | None = None

    @property
    def of_index(self) -> str:
        """What follows the name of a member that belongs to an index."""
        return "" if self.index is None else f" for index {self.index}"

    @property
    def the_subject(self) -> str:
        """`the table` or `the index <name>`."""
        return "the table" if self.index is None else f"the index {self.index}"

    @property
    def table_or_index(self) -> str:
        """`table` or `index <name>`."""
        return "table" if self.index is None else f"index {self.index}"


# Provisioned.


def check_units(throughput: Json, subject: Subject) -> None:
    """Refuse more units than the API knows (E170), or than the quota allows."""
    for member in UNITS:
        if throughput[member] > _UNITS_BOUND:
            raise ValidationException(
                f"Given value {throughput[member]} for {member} is out of bounds{subject.of_index}"
            )
    for member in UNITS:
        units = throughput[member]
        if units > UNITS_MAX:
            per = "table" if subject.index is None else "index"
            raise LimitExceededException(
                f"The requested {member}{subject.of_index}, {units}, is above the per {per} "
                f"maximum for the account in {subject.region}. Per table maximum: {UNITS_MAX}. "
                f"{MORE}"
            )


def provisioned(throughput: Json) -> Json:
    """ProvisionedThroughput as it is kept of a new table or index."""
    return {member: throughput[member] for member in UNITS}


def changed(current: Json, requested: Json, now_us: int, subject: Subject) -> Json:
    """ProvisionedThroughput after a change, with its dates and its count of decreases.

    Refuses a change that changes nothing (E184) and a decrease too many (E192).
    """
    if all(current[member] == requested[member] for member in UNITS):
        raise _will_not_change(current, subject)
    now = datetime.fromtimestamp(now_us / 1_000_000, UTC)
    after = current | {member: requested[member] for member in UNITS}
    if any(requested[member] < current[member] for member in UNITS):
        decreases = decreases_today(current, now)
        _check_decrease(current, decreases, now)
        after |= {
            "NumberOfDecreasesToday": decreases + 1,
            "LastDecreaseDateTime": now_us / 1_000_000,
        }
    if any(requested[member] > current[member] for member in UNITS):
        after["LastIncreaseDateTime"] = now_us / 1_000_000
    return after


def decreases_today(throughput: Json, now: datetime) -> int:
    """How many decreases there were on this UTC day."""
    last = throughput.get("LastDecreaseDateTime")
    if last is None or datetime.fromtimestamp(last, UTC).date() != now.date():
        return 0
    return int(throughput["NumberOfDecreasesToday"])


def described(throughput: Json | None, now_us: int) -> Json:
    """ProvisionedThroughput as it is shown; zeros on demand."""
    if throughput is None:
        return {"NumberOfDecreasesToday": 0} | dict.fromkeys(UNITS, 0)
    now = datetime.fromtimestamp(now_us / 1_000_000, UTC)
    return throughput | {"NumberOfDecreasesToday": decreases_today(throughput, now)}


def _check_decrease(current: Json, decreases: int, now: datetime) -> None:
    if decreases < _FREE_DECREASES_PER_DAY:
        return
    last = datetime.fromtimestamp(current["LastDecreaseDateTime"], UTC)
    following = last + _DECREASE_INTERVAL
    if now >= following:
        return
    raise LimitExceededException(
        "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given "
        f"UTC day. After the first {_FREE_DECREASES_PER_DAY} decreases, each subsequent decrease "
        "in the same UTC day can be performed at most once every "
        f"{_DECREASE_INTERVAL.seconds} seconds. Number of decreases today: {decreases}. "
        f"Last decrease at {_shown(last)}. Next decrease can be made at {_shown(following)}"
    )


def switches_to_on_demand(before: Sequence[float], switches_max: int, now_us: int) -> list[float]:
    """When a table was switched to on demand in the last 24 hours, in seconds, this time included.

    Raises `LimitExceededException` where that was often enough; 0 is no limit.
    """
    now_s = now_us / 1_000_000
    recent = [at_s for at_s in before if now_s - at_s < _SWITCHES_S]
    if switches_max and len(recent) >= switches_max:
        following = datetime.fromtimestamp(recent[-switches_max] + _SWITCHES_S, UTC)
        times = "once" if switches_max == 1 else f"{switches_max} times"
        raise LimitExceededException(
            f"Subscriber limit exceeded: Update to PayPerRequest mode are limited to {times} in "
            f"1 day(s). Last update at {_shown(datetime.fromtimestamp(recent[-1], UTC))}. "
            f"Next update can be made at {_shown(following)}"
        )
    return [*recent, now_s]


def _shown(moment: datetime) -> str:
    hour = moment.hour % 12 or 12
    return moment.strftime(f"%A, %B {moment.day}, %Y {hour}:%M:%S %p UTC")


def _will_not_change(current: Json, subject: Subject) -> ValidationException:
    reads, writes = (current[member] for member in UNITS)
    whose = "the table" if subject.index is None else f"index {subject.index}"
    return ValidationException(
        f"The provisioned throughput for {subject.the_subject} will not change. The requested "
        "value equals the current value. "
        f"Current ReadCapacityUnits provisioned for {whose}: {reads}. "
        f"Requested ReadCapacityUnits: {reads}. "
        f"Current WriteCapacityUnits provisioned for {whose}: {writes}. "
        f"Requested WriteCapacityUnits: {writes}. {MORE}"
    )


# On demand.


def on_demand(
    current: Json | None, requested: Json, billing: str, subject: Subject, is_new: bool
) -> Json | None:
    """OnDemandThroughput after a request; -1 takes a maximum away, which a new one cannot."""
    index = "" if subject.index is None else f" for index : {subject.index}"
    after = dict(current or {})
    for member in _MAXIMA:
        value = requested.get(member)
        if value is None:
            continue
        if billing == "PROVISIONED":
            raise ValidationException(
                f"{_INVALID}{member} for OnDemandThroughput{index} cannot be specified when the "
                "table BillingMode is PROVISIONED"
            )
        if value == -1 and not is_new:
            after.pop(member, None)
        elif value < 1:
            raise ValidationException(
                f"{_INVALID}Requested {member} for OnDemandThroughput{index or ' for table'} is "
                "outside of valid range"
            )
        else:
            after[member] = value
    return after or None


# Warm.


def warm_of(settings: Json) -> Json:
    """WarmThroughput of a table or index with these settings."""
    return settings.get("WarmThroughput") or _least_warm(settings.get("ProvisionedThroughput"))


def initial_warm(requested: Json | None, throughput: Json | None, subject: Subject) -> Json:
    """WarmThroughput of a new table or index; `throughput` is None on demand."""
    least = _least_warm(throughput)
    for member, units in _WARM.items():
        value = (requested or {}).get(member)
        if value is not None and value < least[member]:
            than = (
                "initial throughput for OnDemand"
                if throughput is None
                else f"{units} of ProvisionedThroughput"
            )
            raise ValidationException(
                f"{_INVALID}Requested {member} for WarmThroughput for {subject.table_or_index} "
                f"is lower than {than}"
            )
    return _merged(least, requested)


def of_new(form: Json, billing: str, subject: Subject) -> Json:
    """The settings of a new table or index that tell its throughput, as they are kept."""
    throughput = form.get("ProvisionedThroughput")
    settings: Json = {}
    if throughput is not None:
        settings["ProvisionedThroughput"] = provisioned(throughput)
    if form.get("OnDemandThroughput") is not None:
        maxima = on_demand(None, form["OnDemandThroughput"], billing, subject, is_new=True)
        if maxima is not None:
            settings["OnDemandThroughput"] = maxima
    settings["WarmThroughput"] = initial_warm(form.get("WarmThroughput"), throughput, subject)
    return settings


def raised_warm(current: Json, requested: Json, subject: Subject) -> Json:
    """WarmThroughput after a request, which can only raise it."""
    for member in _WARM:
        value = requested.get(member)
        if value is not None and value < current[member]:
            raise ValidationException(
                f"{_INVALID}Requested {member} for WarmThroughput for {subject.table_or_index} "
                "is lower than current WarmThroughput, decreasing WarmThroughput is not supported"
            )
    return _merged(current, requested)


def followed_warm(current: Json, throughput: Json | None) -> Json:
    """WarmThroughput after a change of what it follows: it never sinks."""
    least = _least_warm(throughput)
    return {member: max(current[member], least[member]) for member in _WARM}


def _least_warm(throughput: Json | None) -> Json:
    if throughput is None:
        return dict(_WARM_ON_DEMAND)
    return {member: throughput[units] for member, units in _WARM.items()}


def _merged(current: Json, requested: Json | None) -> Json:
    given = requested or {}
    return {
        member: current[member] if given.get(member) is None else given[member] for member in _WARM
    }
