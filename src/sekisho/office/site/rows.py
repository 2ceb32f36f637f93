"""Many rows at one go, by plain statements.

Django's `bulk_create` and `bulk_update` build expressions for every value, which costs several
times the work itself; here a statement is made once per model and run for each row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import models

from sekisho.office.site.database import connection


def insert_many(rows: Iterable[models.Model], *, learn_keys: bool = False) -> None:
    """Insert new rows of one model, inside a transaction.

    Rows with an automatic key learn it only if asked for, which costs a statement each.
    """
    fresh = list(rows)
    if not fresh:
        return
    backend, model = connection(), type(fresh[0])
    statement, columns = _insertion(model, learn_keys)
    values = [[_value(column, row, backend) for column in columns] for row in fresh]
    with backend.cursor() as cursor:
        if not learn_keys:
            cursor.executemany(statement, values)
            return
        for row, one in zip(fresh, values, strict=True):
            cursor.execute(statement, one)
            row.pk = cursor.fetchone()[0]


def update_many(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Write these fields of rows of one model. Call it inside a transaction."""
    if not rows:
        return
    backend, model = connection(), type(rows[0])
    statement, columns = _change(model, tuple(fields))
    key = model._meta.pk
    values = [
        [*(_value(column, row, backend) for column in columns), _value(key, row, backend)]
        for row in rows
    ]
    with backend.cursor() as cursor:
        cursor.executemany(statement, values)


def _value(column: Any, row: models.Model, backend: Any) -> Any:
    return column.get_db_prep_save(getattr(row, column.attname), backend)


@cache
def _insertion(model: type[models.Model], learn_keys: bool) -> tuple[str, tuple[Any, ...]]:
    meta = model._meta
    automatic = isinstance(meta.pk, models.AutoField)
    columns = tuple(
        column for column in meta.concrete_fields if not (automatic and column is meta.pk)
    )
    names = ", ".join(_quoted(column.column) for column in columns)
    marks = ", ".join(["%s"] * len(columns))
    returning = f" RETURNING {_quoted(meta.pk.column)}" if learn_keys else ""
    table = _quoted(meta.db_table)
    return f"INSERT INTO {table} ({names}) VALUES ({marks}){returning}", columns


@cache
def _change(model: type[models.Model], fields: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    meta = model._meta
    columns = tuple(meta.get_field(name) for name in fields)
    settings = ", ".join(f"{_quoted(column.column)} = %s" for column in columns)
    where = f"{_quoted(meta.pk.column)} = %s"
    return f"UPDATE {_quoted(meta.db_table)} SET {settings} WHERE {where}", columns


def _quoted(name: str) -> str:
    """Table and column names are ours; SQLite and PostgreSQL quote them alike."""
    return f'"{name}"'
