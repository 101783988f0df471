"""ls, describe, create, alter and drop."""

from __future__ import annotations

import re

import pytest

from tests.dyntui.cli.shell import Shell


def described(shell: Shell, table: str) -> str:
    """A description without what differs from run to run."""
    return re.sub(r"(?m)^created .*\n", "", shell.ok(f"describe {table}").out)


def test_a_table_as_it_is_described(orders: Shell) -> None:
    assert described(orders, "orders") == (
        """table                orders
status               ACTIVE
keys                 customer:S, placed:N
items                3
bytes                131
billing              on-demand
class                STANDARD
deletion protection  off
encrypted under      the AWS owned key
stream               off
ARN                  arn:aws:dynamodb:us-east-1:000000000000:table/orders

index      kind  partition key  sort key  projection  items  bytes  status
─────────  ────  ─────────────  ────────  ──────────  ─────  ─────  ──────
by-status  GSI   status:S       placed:N  ALL             3    131  ACTIVE
"""
    )


def test_a_key_given_twice_is_partition_key_and_sort_key(shell: Shell) -> None:
    shell.ok("create films --key id:B --key year:N")
    assert "keys                 id:B, year:N\n" in described(shell, "films")
    ended = shell.run("create notes --key id:B --key year:N --sort day:S")
    assert ended.code == 252
    assert "a table has one partition key and at most one sort key" in ended.err


def test_everything_that_can_be_created(shell: Shell) -> None:
    shell.ok(
        [
            *("create", "films", "--key", "id:B", "--sort", "year:N"),
            *("--gsi", "by-place=country:S+city:S,day:N+hour:N :keys-only :rcu 3 :wcu 4"),
            *("--gsi", "by-genre=genre:S :include title,year"),
            *("--lsi", "by-title=title:S :all"),
            *("--billing", "provisioned", "--rcu", "5", "--wcu", "6"),
            *("--class", "infrequent-access", "--deletion-protection"),
            *("--tag", "team=films", "--tag", "note=a=b"),
        ]
    )
    text = described(shell, "films")
    assert "keys                 id:B, year:N\n" in text
    assert "billing              5 RCU, 6 WCU\n" in text
    assert "class                STANDARD_INFREQUENT_ACCESS\n" in text
    assert "deletion protection  on\n" in text
    indexes = re.sub(" +", " ", text)
    assert "\nby-title LSI id:B title:S ALL 0 0 ACTIVE\n" in indexes
    assert "\nby-place GSI country:S, city:S day:N, hour:N KEYS_ONLY 0 0 ACTIVE\n" in indexes
    assert "\nby-genre GSI genre:S INCLUDE title, year 0 0 ACTIVE\n" in indexes
    arn = "arn:aws:dynamodb:us-east-1:000000000000:table/films"
    tags = shell.ok(f"dynamodb list-tags-of-resource --resource-arn {arn}").json["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"team": "films", "note": "a=b"}


def test_what_is_altered(orders: Shell) -> None:
    orders.ok("alter orders --billing provisioned --rcu 5 --wcu 6 --deletion-protection")
    orders.ok("alter orders --add-gsi by-note=note:S --rcu 7")
    text = described(orders, "orders")
    assert "billing              7 RCU, 6 WCU\n" in text
    assert "deletion protection  on\n" in text
    assert re.search(r"^by-note +GSI +note:S +ALL +1 +\d+ +ACTIVE$", text, re.MULTILINE)
    assert "protected against deletion" in orders.refused("drop orders --yes")
    orders.ok("alter orders --no-deletion-protection --drop-gsi by-note --drop-gsi by-status --yes")
    assert "GSI" not in described(orders, "orders")
    orders.ok("drop orders --yes")
    assert orders.ok("ls").out == ""


def test_a_change_waits_for_the_one_before_it(orders: Shell) -> None:
    (orders.folder / "config.toml").write_text("table_delay_s = 0.3\n")
    provisioned = "--billing provisioned --rcu 5 --wcu 6"
    ended = orders.ok(f"alter orders {provisioned} --class infrequent-access")
    assert "waiting until orders is ACTIVE" in ended.err
    assert "5 RCU, 6 WCU" in described(orders, "orders")


def test_changes_that_were_made_before_a_failure_are_told(orders: Shell) -> None:
    ended = orders.run("alter orders --class infrequent-access --add-gsi by-status=x:S")
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.splitlines()[1:] == ["before that, the table class was changed"]
    assert "(ResourceNotFoundException)" in orders.refused("alter orders --drop-gsi nope --yes")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("create films", "Missing option '--key'"),
        ("create films --key id", "id needs a type: id:S, id:N or id:B"),
        ("create films --key id:X", "'id:X': a key's type is S, N or B"),
        ("create films --key :S", "':S'"),
        ("create films --key id:S --gsi nonsense", "'nonsense' is no index, such as"),
        ("create films --key id:S --gsi 'by-x=x:S :include'", ":include NAME"),
        ("create films --key id:S --rcu 5", "belong to the provisioned billing mode"),
        ("create films --key id:S --billing provisioned --rcu 0", "0 is not in the range"),
        ("create films --key id:S --billing free", "'free' is not one of"),
        ("create films --key id:S --tag novalue", "novalue"),
        ("create", "Missing argument 'TABLE'"),
        ("alter orders", "nothing to change: give at least one option"),
        ("alter orders --rcu 5", "belong to the provisioned billing mode"),
        ("alter orders --add-gsi nonsense", "'nonsense' is no index, such as"),
        ("describe", "Missing argument 'TABLE'"),
        ("describe orders extra", "Got unexpected extra argument (extra)"),
        ("describe orders -o xml", "'xml' is not one of 'text', 'json'"),
        ("ls --region Mars", "--region: 'Mars' is not the name of a Region"),
        ("ls --data-dir ''", "--data-dir: the name of the folder is empty"),
        ("nothing", "No such command 'nothing' (see dyntui --help)"),
        ("completion", "Choose from: bash, zsh, fish (see dyntui completion --help)"),
        ("querry orders", "there is no command 'querry'; did you mean query?"),
        ("--read-onyl ls", "No such option '--read-onyl'"),
    ],
)
def test_what_is_not_understood(command: str, message: str, orders: Shell) -> None:
    before = orders.ok("ls").out
    said = orders.misused(command)
    assert message in said
    assert "\n" not in said
    assert orders.ok("ls").out == before


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("create orders --key id:S", "(ResourceInUseException)"),
        ("create no --key id:S", "(ValidationException) when calling the CreateTable"),
        ("create films --key id:S --lsi 'by-x=x:S'", "which is required when specifying a Local"),
        ("create 'bad name' --key id:S", "(ValidationException) when calling the CreateTable"),
        ("describe nowhere", "(ResourceNotFoundException) when calling the DescribeTable"),
        ("alter nowhere --rcu 5", "(ResourceNotFoundException)"),
        ("drop nowhere --yes", "(ResourceNotFoundException)"),
    ],
)
def test_what_the_service_refuses(command: str, message: str, orders: Shell) -> None:
    said = orders.refused(command)
    assert message in said
    assert "\n" not in said


def test_a_table_that_is_not_there_leads_to_the_one_that_was_meant(orders: Shell) -> None:
    first, *rest = orders.refused("get order ada 1").splitlines()
    assert "Table: order not found" in first
    assert rest == ["did you mean orders?"]


def test_nothing_is_lost_where_nobody_can_be_asked(orders: Shell) -> None:
    assert "Drop orders with 3 items? Nobody is there to answer: give --yes" in orders.misused(
        "drop orders"
    )
    assert "Remove by-status from orders? Nobody is there" in orders.misused(
        "alter orders --drop-gsi by-status --rcu 5 --billing provisioned"
    )
    assert "by-status" in described(orders, "orders")
    assert "on-demand" in described(orders, "orders")


# Lists of tables.


def test_the_list_in_each_form(orders: Shell) -> None:
    orders.ok("create abc --key id:S")
    assert orders.ok("ls").out == (
        """name    status  items  bytes  keys                  indexes  billing
──────  ──────  ─────  ─────  ────────────────────  ───────  ─────────
abc     ACTIVE      0      0  id:S                        0  on-demand
orders  ACTIVE      3    131  customer:S, placed:N        1  on-demand
"""
    )
    assert orders.ok("ls -o csv").out == (
        "name,status,items,bytes,keys,indexes,billing\n"
        "abc,ACTIVE,0,0,id:S,0,on-demand\n"
        'orders,ACTIVE,3,131,"customer:S, placed:N",1,on-demand\n'
    )
    listed = orders.ok("ls -o json").json
    assert [(one["name"], one["items"]) for one in listed] == [("abc", 0), ("orders", 3)]
    assert len(orders.ok("ls -o jsonl").out.splitlines()) == 2
    assert orders.ok("describe abc -o json").json["TableName"] == "abc"


def test_an_empty_region_tells_which_other_has_tables(orders: Shell) -> None:
    hint = "eu-west-1 has no tables, but there are some in us-east-1 (1)"
    listed = orders.ok("ls --region eu-west-1")
    assert (listed.out, listed.err) == ("", f"{hint}\n")
    for command in ("scan orders", "get orders a 1", "drop orders --yes", "describe orders"):
        said = orders.refused(f"{command} --region eu-west-1").splitlines()
        assert said[1:] == [hint]
    assert orders.refused("dynamodb scan --table-name orders --region eu-west-1").splitlines()[
        1:
    ] == [hint]
    orders.ok("create films --key id:S --region eu-west-1")
    assert "\n" not in orders.refused("scan orders --region eu-west-1")


def test_an_empty_folder_says_so(shell: Shell) -> None:
    listed = shell.ok("ls")
    assert (listed.out, listed.err) == ("", f"no tables in us-east-1 of {shell.folder}\n")
    assert shell.ok("ls -o json").out == "[]\n"


def test_the_region_may_stand_in_the_environment(orders: Shell) -> None:
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        ended = orders.run("ls", environment={variable: "eu-west-1"})
        assert ended.err.startswith("eu-west-1 has no tables")
    wrong = orders.run("ls", environment={"AWS_REGION": "Mars"})
    assert (wrong.code, wrong.err) == (
        252,
        "dyntui: AWS_REGION: 'Mars' is not the name of a Region, such as us-east-1\n",
    )


# Folders that cannot be used.


def test_a_folder_that_is_a_file(shell: Shell) -> None:
    (shell.folder / "file").write_text("x")
    ended = shell.run(["ls", "--data-dir", str(shell.folder / "file")])
    assert (ended.code, ended.out) == (253, "")
    assert ended.err.startswith(f"dyntui: {shell.folder}/file: ")


def test_a_folder_whose_key_is_gone(orders: Shell) -> None:
    (orders.folder / "keys" / "page.key").unlink()
    ended = orders.run("ls")
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (253, "", 1)


def test_a_folder_with_a_name_that_is_no_text(shell: Shell) -> None:
    assert "--data-dir: the name of the folder is not UTF-8 text" in shell.misused(
        ["ls", "--data-dir", "/tmp/\udcff"]
    )
    assert "cannot hold a NUL" in shell.misused(["ls", "--data-dir", "a\0b"])
