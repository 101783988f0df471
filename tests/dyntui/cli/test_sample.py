"""sample list and sample load."""

from __future__ import annotations

import pytest

import sample_data
from sample_data.dataset import Dataset
from tests.dyntui.cli.shell import Shell


def test_the_list_of_sets(shell: Shell) -> None:
    lines = shell.ok("sample list").out.splitlines()
    assert [line.split()[0] for line in lines[2:]] == list(sample_data.DATASETS)
    for name, dataset in sample_data.DATASETS.items():
        assert any(
            line.startswith(f"{name} ") and f" {dataset.row_count:,} " in line for line in lines
        )


def test_a_set_is_loaded_once_and_completed(shell: Shell) -> None:
    loaded = shell.ok("sample load votes")
    assert (loaded.out, loaded.err) == ("", "votes: created, with 1,000 items\n")
    assert shell.ok("sample load votes").err == "votes: is there already, with all its items\n"
    first = shell.ok("scan votes --max-items 1 -o jsonl --plain").json
    keys = shell.ok("dynamodb describe-table --table-name votes --query Table.KeySchema").json
    shell.ok(["rm", "votes", *(str(first[key["AttributeName"]]) for key in keys), "--yes"])
    assert shell.ok("sample load votes").err == "votes: completed with 1 item\n"
    assert shell.ok("describe votes -o json").json["ItemCount"] == 1_000


def test_another_table_of_that_name_is_left_alone(shell: Shell) -> None:
    shell.ok("create votes --key other:N")
    assert "votes: left alone" in shell.ok("sample load votes").err
    assert "there is no sample data set 'nope'" in shell.misused("sample load nope")


def test_a_new_sample_folder_is_filled(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    one: dict[str, Dataset] = {"votes": sample_data.DATASETS["votes"]}
    monkeypatch.setattr("sample_data.loading.datasets", lambda _now_s: one)
    data = str(tmp_path_factory.mktemp("user"))
    ended = shell.run(
        "ls --sample -o jsonl", environment={"XDG_DATA_HOME": data, "DYNTUI_DATA_DIR": "/nowhere"}
    )
    assert ended.err.splitlines()[1:] == ["votes: created, with 1,000 items"]
    assert ended.out.startswith('{"name":"votes"')
