"""Transactions: all or nothing, once, and at twice the price."""

from __future__ import annotations

from dyntui.core.text.amounts import counted
from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page, units_of

TABLE = "accounts"
BALANCE = 100
ACTIONS_MAX = 100
TOLD: Json = {"ReturnConsumedCapacity": "TOTAL"}


def tell(page: Page) -> None:
    """Move money twice, send a request again, and read both accounts at one instant."""
    page.box.create(TABLE, "id")
    for name in ("ada", "bob"):
        item = {"id": {"S": name}, "balance": {"N": str(BALANCE)}}
        page.box.engine.call("PutItem", {"TableName": TABLE, "Item": item})
    amount = round(page.number("amount"))
    _move(page, amount)
    _refused(page, amount)
    _once(page)
    _read(page)


def _change(name: str, by: int) -> Json:
    """An action that changes a balance, which must not fall below nothing."""
    action: Json = {
        "TableName": TABLE,
        "Key": {"id": {"S": name}},
        "UpdateExpression": "SET balance = balance + :by",
        "ExpressionAttributeValues": {":by": {"N": str(by)}},
    }
    if by < 0:
        action["ConditionExpression"] = "balance >= :least"
        action["ExpressionAttributeValues"][":least"] = {"N": str(-by)}
    return {"Update": action}


def _transfer(amount: int, token: str) -> Json:
    actions = [_change("ada", -amount), _change("bob", amount)]
    return {"TransactItems": actions, "ClientRequestToken": token} | TOLD


def _balances(page: Page) -> tuple[int, int]:
    keys = [{"Get": {"TableName": TABLE, "Key": {"id": {"S": name}}}} for name in ("ada", "bob")]
    answer = page.box.engine.call("TransactGetItems", {"TransactItems": keys})
    ada, bob = (int(one["Item"]["balance"]["N"]) for one in answer["Responses"])
    return ada, bob


def _move(page: Page, amount: int) -> None:
    page.step(
        "Two items, one change",
        f"Ada and Bob have {BALANCE} each; Ada gives Bob {amount}. Either both balances change, "
        "or neither: the condition on Ada's is part of the transaction.",
    )
    if amount <= BALANCE:
        answer = page.ask("TransactWriteItems", _transfer(amount, "first"), "ConsumedCapacity")
        units = units_of(answer)
        page.claim(
            f"It takes {counted(units, 'write unit')}: each item is written twice, prepared and "
            "committed.",
            units == 4,
            transfer_units=units,
        )
    else:
        page.refused("TransactWriteItems", _transfer(amount, "first"))
    ada, bob = _balances(page)
    moved = amount if amount <= BALANCE else 0
    page.claim(
        f"Ada has {ada}, Bob {bob}: {ada + bob} together.",
        (ada, bob) == (BALANCE - moved, BALANCE + moved),
        ada=ada,
        bob=bob,
    )


def _refused(page: Page, amount: int) -> None:
    page.step(
        "What is refused leaves nothing behind",
        "Ada tries to give more than she has. The error has a reason for every action, in their "
        "order; those that are not at fault say None.",
    )
    before = _balances(page)
    error = page.refused("TransactWriteItems", _transfer(before[0] + amount, "second"))
    reasons = [reason["Code"] for reason in (error.members["CancellationReasons"] if error else [])]
    page.claim(
        f"The reasons are {', '.join(reasons)}, and nobody's balance has changed.",
        reasons == ["ConditionalCheckFailed", "None"] and _balances(page) == before,
        reasons=reasons,
    )


def _once(page: Page) -> None:
    page.step(
        "Sent twice, done once",
        "A request carries a token. Sent again with the same one within ten minutes, after a lost "
        "answer, it is not carried out again; it costs reads, not writes.",
    )
    gift: Json = {
        "TransactItems": [_change("bob", 10)],
        "ClientRequestToken": "gift",
        "ReturnConsumedCapacity": "TOTAL",
    }
    before = _balances(page)
    page.ask("TransactWriteItems", gift, "ConsumedCapacity")
    again = page.ask("TransactWriteItems", gift, "ConsumedCapacity")
    after = _balances(page)
    told = again["ConsumedCapacity"][0]
    reads = told.get("ReadCapacityUnits", told["CapacityUnits"])
    page.claim(
        f"Bob has {after[1] - before[1]} more, not {2 * (after[1] - before[1])}; the repetition "
        f"took {counted(reads, 'read unit')}.",
        after[1] - before[1] == 10,
        gifts=(after[1] - before[1]) // 10,
        repeat_read_units=reads,
    )


def _read(page: Page) -> None:
    page.step(
        "Reading at one instant",
        "TransactGetItems reads items as they were together. A BatchGetItem may see one before a "
        "transaction and the other after it; it costs less.",
    )
    gets = [{"Get": {"TableName": TABLE, "Key": {"id": {"S": name}}}} for name in ("ada", "bob")]
    request = {"TransactItems": gets} | TOLD
    together = units_of(page.ask("TransactGetItems", request, "ConsumedCapacity"))
    keys = {"Keys": [{"id": {"S": name}} for name in ("ada", "bob")]}
    batch = page.box.engine.call("BatchGetItem", {"RequestItems": {TABLE: keys}} | TOLD)
    page.bars("RCU", {"TransactGetItems": together, "BatchGetItem": units_of(batch)})
    page.claim(
        f"Two items take {together:g} units together, {units_of(batch):g} in a batch.",
        together == 4 and units_of(batch) == 1,
        transact_get_units=together,
        batch_get_units=units_of(batch),
    )
    page.say(f"A transaction has at most {ACTIONS_MAX} actions and 4 MB, each item once.")
    page.hint("CLI", "dyntui repl   has BEGIN and COMMIT for transactions of statements")


LESSON = Lesson(
    name="transactions",
    title="Transactions",
    teaches="All or nothing over several items, reasons of a refusal, tokens, and the price.",
    tell=tell,
    parameters=(Parameter("amount", "amount", ("30", "80", "120"), "", (1, 10_000), whole=True),),
)
