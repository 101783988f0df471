"""All campaigns, in the order in which they run.

To add one, write a function of a `Run` that raises where something is wrong, or name tests by their
node ids: those that draw examples draw thousands.
"""

from __future__ import annotations

from tests.campaign import itemcrypto, monkey, security, storage, transactions
from tests.campaign.campaign import Campaign, kills_campaign, pytest_campaign
from tests.engine.faults import kills_amid_transfers, kills_amid_ways_back

CAMPAIGNS: tuple[Campaign, ...] = (
    Campaign("kills", "kill -9 amid every kind of work", storage.kills),
    Campaign("processes", "eight processes write at once", storage.processes),
    Campaign("fairness", "eight processes write as fast as they can", storage.fairness),
    Campaign("storms", "Ctrl-C at random moments", storage.storms),
    Campaign("transactions", "kill -9 amid transactions", transactions.kills),
    kills_campaign(
        "ways-back", "kill -9 amid backups, restores, snapshots", kills_amid_ways_back.KILLS
    ),
    kills_campaign("transfers", "kill -9 amid exports and imports", kills_amid_transfers.KILLS),
    pytest_campaign("round-trips", "tables out and in again", "tests/dyntui/transfer"),
    pytest_campaign("archives", "damaged archives", "tests/engine/archives"),
    pytest_campaign("streams", "consumers of streams", "tests/engine/streams"),
    Campaign("bits", "every bit of sealed items flipped", itemcrypto.bits),
    Campaign("migrations", "kill -9 amid the sealing of a table", itemcrypto.migrations),
    pytest_campaign("sealing", "items of any kind sealed and read", "tests/engine/itemcrypto"),
    Campaign("key-changes", "kill -9 amid changes of the key store", security.kills),
    Campaign("key-switches", "kill -9 amid switches of a table's key", security.switches),
    pytest_campaign("at-rest", "items amid switches of a table's key", "tests/engine/atrest"),
    pytest_campaign("key-store", "keys, contexts and damaged key stores", "tests/engine/security"),
    Campaign("monkey", "random keys and clicks in the app", monkey.walks),
    pytest_campaign("keys", "the order of keys", "tests/engine/storage/test_key_order.py"),
    pytest_campaign("catalog", "definitions of tables", "tests/engine/storage/test_catalog.py"),
    pytest_campaign("fills", "writes amid a fill", "tests/engine/storage/test_backfill.py"),
    pytest_campaign("past", "the past against a model", "tests/engine/recovery"),
    pytest_campaign("values", "attribute values and numbers", "tests/engine/model"),
    pytest_campaign("expressions", "expressions", "tests/engine/expressions"),
    pytest_campaign("partiql", "statements", "tests/engine/partiql"),
    pytest_campaign("scripts", "scripts, completion and extended statements", "tests/dyntui/sql"),
    pytest_campaign("prompt", "damaged inputs of the prompt", "tests/dyntui/repl/test_inputs.py"),
    pytest_campaign("operations", "requests against a plain model", "tests/engine/operations"),
)
