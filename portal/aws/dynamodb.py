"""AWS DynamoDB: tables of older systems, read as they stand. Nothing here can write to one."""

from __future__ import annotations

from collections.abc import Iterator

from portal.aws.session import client, translated


def scan(table: str) -> Iterator[dict[str, object]]:
    """Every item of a table in typed JSON (`{"name": {"S": "x"}}`), page by page. Raises OutsideError."""
    asked: dict[str, object] = {"TableName": table, "ConsistentRead": True}
    while True:
        with translated("dynamodb"):
            page = client("dynamodb").scan(**asked)
        yield from page.get("Items", [])
        if not page.get("LastEvaluatedKey"):
            return
        asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]
