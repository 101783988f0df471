"""`dyntui keys`: a key from its making to its end, and items under it."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest

from engine.operations import updates
from engine.security import master
from engine.storage import upkeep
from engine.storage.transaction import WriteTransaction
from tests.dyntui.cli.shell import Shell

_SECRET = {"DYNTUI_MASTER_PASSPHRASE": "a passphrase"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases are not stretched as far as they are for people."""
    monkeypatch.setitem(master._SCRYPT, "n", 1 << 8)


@pytest.fixture
def made(shell: Shell) -> Shell:
    """A folder with the key `alias/mine`."""
    shell.ok("keys create --alias mine --description 'for a test'")
    return shell


def test_a_key_is_made_listed_and_described(shell: Shell) -> None:
    arn = shell.ok("keys create --alias mine --description 'for a test'").out.strip()
    key_id = arn.rpartition("/")[2]
    assert re.search(
        rf"^{key_id}  alias/mine  Enabled  CUSTOMER +for a test$",
        shell.ok("keys list").out,
        re.MULTILINE,
    )
    shown = shell.ok("keys describe alias/mine").out
    assert f"arn          {arn}\n" in shown
    assert "state        Enabled\n" in shown
    [listed] = shell.ok("keys list -o json").json
    assert listed == shell.ok(f"keys describe {key_id} -o json").json
    assert (listed["Arn"], listed["KeyState"], listed["Aliases"]) == (
        arn,
        "Enabled",
        ["alias/mine"],
    )
    assert shell.ok("keys describe alias/aws/dynamodb -o json").json["KeyManager"] == "AWS"
    assert shell.ok("keys list --region eu-west-1 -o json").json == []


def test_a_key_is_disabled_rotated_and_deleted(made: Shell) -> None:
    def state() -> object:
        return made.ok("keys describe alias/mine -o json").json["KeyState"]

    made.ok("keys disable alias/mine")
    assert state() == "Disabled"
    told = made.refused("keys rotate alias/mine")
    assert "(DisabledException) when calling the RotateKeyOnDemand operation: arn:" in told
    made.ok("keys enable alias/mine")
    made.ok("keys rotate alias/mine")
    assert len(made.ok("keys describe alias/mine -o json").json["RotationDates"]) == 1

    assert "give --yes" in made.misused("keys schedule-deletion alias/mine")
    assert state() == "Enabled"
    made.misused("keys schedule-deletion alias/mine --days 6 --yes")
    made.ok("keys schedule-deletion alias/mine --days 7 --yes")
    assert state() == "PendingDeletion"
    assert "is pending deletion." in made.refused("keys enable alias/mine")
    made.ok("keys cancel-deletion alias/mine")
    assert state() == "Disabled"


def test_aliases(made: Shell) -> None:
    made.ok("keys alias create other alias/mine")
    listed = made.ok("keys alias list alias/mine -o json").json
    assert [each["AliasName"] for each in listed] == ["alias/mine", "alias/other"]
    assert "(AlreadyExistsException)" in made.refused("keys alias create other alias/mine")
    made.ok("keys alias delete other")
    assert "alias/other" not in made.ok("keys alias list").out
    assert "(NotFoundException)" in made.refused("keys alias delete other")
    assert "(InvalidAliasNameException)" in made.refused("keys create --alias aws/mine")


def test_a_passphrase_in_place_of_the_file(made: Shell) -> None:
    assert made.ok("keys master").out == "file\n"
    assert "set DYNTUI_MASTER_PASSPHRASE" in made.misused("keys master passphrase")
    ended = made.run("keys master passphrase", environment={"DYNTUI_MASTER_PASSPHRASE": "short"})
    assert (ended.code, "less than 8" in ended.err) == (252, True)
    assert made.run("keys master passphrase", environment=_SECRET).code == 0
    assert "set DYNTUI_MASTER_PASSPHRASE" in made.misused("keys list")
    ended = made.run("keys list", environment={"DYNTUI_MASTER_PASSPHRASE": "wrong passphrase"})
    assert (ended.code, ended.out) == (253, "")
    assert "the passphrase is not that of the keys" in ended.err
    assert "alias/mine" in made.run("keys list", environment=_SECRET).out
    newer = _SECRET | {"DYNTUI_NEW_MASTER_PASSPHRASE": "a newer passphrase"}
    assert made.run("keys master passphrase", environment=newer).code == 0
    assert made.run("keys list", environment=_SECRET).code == 253
    newest = {"DYNTUI_MASTER_PASSPHRASE": "a newer passphrase"}
    assert made.run("keys master file", environment=newest).code == 0
    ended = made.run("keys master file")
    assert (ended.code, "comes from there already" in ended.err) == (252, True)


def test_damage_is_one_line(made: Shell) -> None:
    (made.folder / "keys" / "kms-us-east-1.json").write_bytes(b"garbage")
    for command in ("keys list", "keys create", "keys disable alias/mine"):
        ended = made.run(command)
        assert (ended.code, ended.out) == (253, "")
        assert "kms-us-east-1.json: the file is damaged" in ended.err
        assert ended.err.count("\n") == 1


def test_items_under_a_key_of_the_folder(
    orders: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    orders.ok("keys create --alias orders")
    told = orders.refused("crypto init orders --kms-key alias/none")
    assert "(NotFoundException)" in told
    orders.ok("crypto init orders --no-signature --unsigned note --kms-key alias/orders")
    assert [path.name for path in tmp_path.glob("orders.*")] == ["orders.crypto.toml"]
    plain = orders.ok("get orders ada 1").json
    orders.ok("encrypt-table orders --yes")
    sealed = orders.ok("get orders ada 1").out
    assert list(orjson.loads(sealed)["total"]) == ["B"]
    assert orders.ok("crypto decrypt orders -", stdin=sealed).json == plain
    assert orders.ok("crypto verify orders -o json").code == 0
    assert ":000000000000:key/" in orders.ok("crypto inspect orders ada 1").out
    orders.ok("keys disable alias/orders")
    ended = orders.run("crypto decrypt orders -", stdin=sealed)
    assert (ended.code, ended.out) == (1, "")
    assert "is disabled" in ended.err


def test_an_interrupted_switch_is_ended_by_the_same_command(
    made: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    arn = made.ok("keys describe alias/mine -o json").json["Arn"]
    made.ok("create films --key id:S")
    made.ok("""put films '{"id": {"S": "1"}, "title": {"S": "Heat"}}'""")

    def interrupted(_transaction: WriteTransaction, job_id: int) -> bool:
        raise KeyboardInterrupt(job_id)

    for key, known in (("alias/mine", arn), ("aws-owned", "the AWS owned key")):
        with monkeypatch.context() as patched:
            # Nobody has the folder open for long enough meanwhile.
            patched.setattr(upkeep.Upkeep, "start", lambda _: None)
            patched.setattr(updates, "reseal_step", interrupted)
            assert made.run(f"keys use {key} films").code == 130
            assert "ResourceInUseException" in made.refused("keys use aws-managed films")
        assert made.ok(f"keys use {key} films").both == f"films is under {key}\n"
        shown = made.ok("describe films").out
        assert re.search(rf"^encrypted under +{known}$", shown, re.MULTILINE)


def test_a_table_is_put_under_a_key(made: Shell) -> None:
    arn = made.ok("keys describe alias/mine -o json").json["Arn"]
    made.ok("create films --key id:S --sse alias/mine")
    made.ok("create plays --key id:S")
    made.ok("""put films '{"id": {"S": "1"}, "title": {"S": "Heat"}}'""")
    assert re.search(rf"^encrypted under +{arn}$", made.ok("describe films").out, re.MULTILINE)
    assert re.search(
        r"^encrypted under +the AWS owned key$", made.ok("describe plays").out, re.MULTILINE
    )
    assert "CUSTOMER  films " in made.ok("keys list").out
    assert made.ok("keys describe alias/mine -o json").json["Tables"] == ["films"]
    made.ok("copy films scanned --via scan")
    made.ok("copy films copied")
    for name in ("scanned", "copied"):
        assert arn in made.ok(f"describe {name}").out
        made.ok(f"drop {name} --yes")
    assert "not to be read now: films" in made.ok("keys disable alias/mine").both
    told = made.refused("get films 1")
    assert "(AccessDeniedException) when calling the GetItem operation: KMS key access" in told
    assert "INACCESSIBLE_ENCRYPTION_CREDENTIALS" in made.ok("ls").out
    made.ok("keys enable alias/mine")
    assert made.ok("keys use aws-managed films").both == "films is under aws-managed\n"
    made.ok("keys disable alias/mine")
    assert made.ok("get films 1 -o json").json["title"] == {"S": "Heat"}
    made.ok("keys use aws-owned films")
    assert "encrypted by default" in made.refused("keys use aws-owned films")
    assert "is not found" in made.refused("keys use alias/none films")
    made.refused("keys use alias/mine films")
