"""Rows by plain statements, made once per model and run again and again.

Django builds every query and every value as a tree of expressions, which for one small row costs
several times the work itself. What a transfer needs at every step goes through here; everything
else uses Django's own queries.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import models

from sekisho.office.site.database import connection, current_alias

M = TypeVar("M", bound=models.Model)


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


def find(model: type[M], *, lock: bool = False, **equals: Any) -> M | None:
    """The row whose fields have these values, or None. See `find_all`."""
    found = find_all(model, lock=lock, **equals)
    return found[0] if found else None


def find_all(model: type[M], *, order: str = "", lock: bool = False, **equals: Any) -> list[M]:
    """Every row whose fields have these values, ordered by one field if asked.

    With `lock` this transaction alone may change them (SQLite has one writer anyway).
    """
    backend = connection()
    statement, readers = _selection(model, tuple(equals), order, backend.vendor)
    if lock and backend.vendor == "postgresql":
        statement += " FOR UPDATE"
    with backend.cursor() as cursor:
        cursor.execute(statement, list(equals.values()))
        rows = cursor.fetchall()
    names = [column.attname for column in model._meta.concrete_fields]
    alias = current_alias()
    return [
        model.from_db(
            alias, names, [_read(*one, backend) for one in zip(row, readers, strict=True)]
        )
        for row in rows
    ]


def _read(value: Any, reader: tuple[Any, tuple[Any, ...]], backend: Any) -> Any:
    expression, converters = reader
    for convert in converters:
        value = convert(value, expression, backend)
    return value


@cache
def _selection(
    model: type[models.Model], equals: tuple[str, ...], order: str, vendor: str
) -> tuple[str, tuple[tuple[Any, tuple[Any, ...]], ...]]:
    """The statement, and for each column what turns a value of the database into ours."""
    meta, backend = model._meta, connection()
    columns = meta.concrete_fields
    names = ", ".join(_quoted(column.column) for column in columns)
    where = " AND ".join(f"{_quoted(meta.get_field(one).column)} = %s" for one in equals)
    ordered = f" ORDER BY {_quoted(meta.get_field(order).column)}" if order else ""
    readers = []
    for column in columns:
        expression = column.get_col(meta.db_table)
        converters = backend.ops.get_db_converters(expression)
        readers.append((expression, (*converters, *expression.get_db_converters(backend))))
    table = _quoted(meta.db_table)
    return f"SELECT {names} FROM {table} WHERE {where}{ordered}", tuple(readers)


_PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BooleanField)
"""What both databases take as Python has it (with its subclasses, the automatic keys too)."""


def _value(column: Any, row: models.Model, backend: Any) -> Any:
    value = getattr(row, column.attname)
    if isinstance(column, _PLAIN):
        return value
    return column.get_db_prep_save(value, backend)


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
