"""Whatever stands on the command line: one line is said, and nothing fails inside."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dyntui.cli.exits import OK, PARTIAL, REFUSED, UNMET, USAGE
from tests.dyntui.cli.shell import Shell

_VALUES = st.sampled_from(
    [
        *("orders", "ada", "1", "customer=ada", "-5", "", "=", ":v=1", "#n=a", "file://", "-"),
        *("customer={S=ada},placed={N=1}", '{"customer": {"S": "ada"}}', "[", "{}", "null"),
        *("> 1", "between 1 2", "SET a = :v", "a.b[0] = 'x'", "json", "text", "TOTAL", "\udcff"),
    ]
) | st.text(max_size=8)
_OPTIONS = st.sampled_from(
    [
        *("--index", "--filter", "--projection", "--sort", "--value", "--name", "--limit", "-o"),
        *("--desc", "--plain", "--consistent", "--max-items", "--starting-token", "--yes", "--"),
        *("--key", "--gsi", "--lsi", "--billing", "--rcu", "--class", "--tag", "--add-gsi"),
        *("--table-name", "--item", "--key-condition-expression", "--expression-attribute-values"),
        *("--output", "--query", "--cli-input-json", "--generate-cli-skeleton", "--no-paginate"),
        *("--update-expression", "--return-consumed-capacity", "--attributes-to-get", "--bogus"),
    ]
)
_VERBS = st.sampled_from(
    [
        *("ls", "describe", "create", "alter", "get", "put", "rm", "query", "scan", "sample"),
        *("dynamodb get-item", "dynamodb put-item", "dynamodb query", "dynamodb scan"),
        *("dynamodb update-item", "dynamodb create-table", "dynamodb list-tables", "dynamodb"),
        *("dynamodb create-backup", "dynamodb wait table-exists", "completion", "bogus"),
    ]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_VERBS, st.lists(_OPTIONS | _VALUES, max_size=6))
def test_garbage_is_refused_in_one_line(orders: Shell, verb: str, words: list[str]) -> None:
    ended = orders.run([*verb.split(), *words])
    assert ended.code in (OK, UNMET, PARTIAL, USAGE, REFUSED)
    if ended.code == USAGE:
        assert ended.err.count("\n") == 1
        assert ended.err.startswith("dyntui")
    assert "Traceback" not in ended.both
    assert Path(orders.folder, "folder.json").exists()
