"""What a query form says, in each of the ways in which a request can be written."""

from __future__ import annotations

from dyntui.core.browse.plan import PlanError, make_plan
from dyntui.core.browse.query_fields import QueryFields
from dyntui.core.tables.requests import Request, as_aws_cli, as_boto3, as_json
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.fitted_json import flat_json

FORMS = {
    "expression": "expression",
    "partiql": "PartiQL",
    "cli": "AWS CLI",
    "boto3": "boto3",
    "json": "JSON",
}
_PARTS = {
    "Key": "key",
    "KeyConditionExpression": "key",
    "FilterExpression": "filter",
    "ProjectionExpression": "attributes",
}


def written(info: TableInfo, fields: QueryFields, form: str, region: str, page_rows: int) -> str:
    """The request of a form, filled in so far; raises PlanError where it cannot be told."""
    request = make_plan(info, fields, page_rows).request
    if form == "partiql":
        from dyntui.core.browse.plan_statement import plan_statement

        return plan_statement(info, fields)
    if form == "cli":
        return as_aws_cli(request, region)
    if form == "boto3":
        return as_boto3(request, region)
    return as_json(request) if form == "json" else expression(request)


def expression(request: Request) -> str:
    """Operation and expressions, a line for each, then what the placeholders stand for."""
    members = request.members
    index = f", index {members['IndexName']}" if "IndexName" in members else ""
    lines = [f"{request.operation} {members['TableName']}{index}"]
    for member, label in _PARTS.items():
        if member in members:
            value = members[member]
            lines.append(f"{label:<11} {value if isinstance(value, str) else flat_json(value)}")
    if members.get("ScanIndexForward") is False:
        lines.append(f"{'order':<11} descending")
    if members.get("ConsistentRead"):
        lines.append(f"{'read':<11} consistent")
    for placeholder, name in members.get("ExpressionAttributeNames", {}).items():
        lines.append(f"{'name':<11} {placeholder} is {name}")
    for placeholder, value in members.get("ExpressionAttributeValues", {}).items():
        lines.append(f"{'value':<11} {placeholder} is {flat_json(value)}")
    return "\n".join(lines)


def told(info: TableInfo, fields: QueryFields, form: str, region: str, page_rows: int) -> str:
    """As `written`, with what is wrong with the form in its place."""
    try:
        return written(info, fields, form, region, page_rows)
    except PlanError as error:
        return f"✗ {error.message}"
