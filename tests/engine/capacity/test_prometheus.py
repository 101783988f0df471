"""Prometheus' text format: escaping, and what belongs together."""

from __future__ import annotations

from engine.capacity.prometheus import Exposition
from engine.capacity.stretches import OperationSum, Stretch


def test_values_of_labels_are_escaped() -> None:
    exposition = Exposition()
    counted = Stretch(reads={'a"b\\c\nd': 0.5})
    exposition.add({"table_name": "orders"}, counted, {})
    (sample,) = [line for line in exposition.text().splitlines() if line[0] != "#"]
    assert sample == (
        "dynamodb_consumed_read_capacity_units_total"
        r'{table_name="orders",global_secondary_index_name="a\"b\\c\nd"} 0.5'
    )


def test_the_samples_of_a_metric_stand_together() -> None:
    exposition = Exposition()
    for name in ("a", "b"):
        operations = {"GetItem": OperationSum(requests=2, seconds=0.003)}
        exposition.add({"table_name": name}, Stretch(operations=operations), {"": (5, 1)})
    text = exposition.text()
    assert text.endswith("\n")
    families = [line.split(" ")[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(families) == len(set(families))
    seen = []
    for line in text.splitlines():
        if line.startswith("# TYPE"):
            seen.append(line.split(" ")[2])
        elif line[0] != "#":
            assert line.startswith(seen[-1])
