"""Lists and recipes in SQLite; every change can be put back. Blocks: use it in a thread."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vivavoce.databases import Database
from vivavoce.experts.builtin.lists.wording import key

KEPT = 1000
"""Changes that can be put back."""
_TABLES = """
create table if not exists change (id integer primary key, at text not null);
create table if not exists item (
  id integer primary key, list text not null, name text not null, by text not null,
  at text not null, came integer not null, gone integer);
create table if not exists recipe (
  id integer primary key, name text not null, servings integer not null,
  ingredients text not null, steps text not null, by text not null,
  came integer not null, gone integer);
create table if not exists cooking (
  room text primary key, recipe text not null, servings integer not null, step integer not null);
create index if not exists item_list on item (list) where gone is null;
"""


@dataclass(frozen=True, slots=True)
class Item:
    """On a list."""

    name: str
    by: str
    """Who added it; empty: nobody knows."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Recipe:
    """As it was written down."""

    name: str
    servings: int
    ingredients: tuple[str, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cooking:
    """Where somebody is in a recipe."""

    recipe: str
    servings: int
    step: int
    """0, 1, …"""


class Store:
    """One file for the house."""

    def __init__(self, path: Path) -> None:
        """Retry: the file is held by somebody else."""
        self._db = Database(path, _TABLES, trouble="the lists can't be read or written now")

    @property
    def lost(self) -> bool:
        """The file was damaged: it is kept beside a new one."""
        return self._db.aside is not None

    def close(self) -> None:
        """The file may be opened again."""
        self._db.close()

    def items(self, name: str) -> list[Item]:
        """In the order in which they were added."""
        with self._db.transaction() as db:
            rows = db.execute(
                "select name, by, at from item where list = ? and gone is null order by id", (name,)
            )
            return [Item(n, by, datetime.fromisoformat(at)) for n, by, at in rows]

    def lists(self) -> dict[str, int]:
        """Name → how many things are on it; empty lists are forgotten."""
        with self._db.transaction() as db:
            return dict(
                db.execute(
                    "select list, count(*) from item where gone is null group by list order by list"
                )
            )

    def add(
        self, name: str, things: Sequence[str], by: str, at: datetime
    ) -> tuple[int, list[str], list[str]]:
        """The change, what was added and what was there already."""
        with self._db.transaction() as db:
            change = self._change(db, at)
            there = {key(n) for (n,) in self._open(db, name)}
            new = [thing for thing in things if key(thing) not in there]
            db.executemany(
                "insert into item (list, name, by, at, came) values (?, ?, ?, ?, ?)",
                [(name, thing, by, at.isoformat(), change) for thing in new],
            )
            return change, new, [thing for thing in things if key(thing) in there]

    def remove(self, name: str, things: Sequence[str], at: datetime) -> int:
        """The change. things: by their exact names."""
        with self._db.transaction() as db:
            change = self._change(db, at)
            db.executemany(
                "update item set gone = ? where list = ? and name = ? and gone is null",
                [(change, name, thing) for thing in things],
            )
            return change

    def recipes(self) -> list[Recipe]:
        """By name."""
        with self._db.transaction() as db:
            rows = db.execute(
                "select name, servings, ingredients, steps from recipe where gone is null "
                "order by name"
            )
            return [
                Recipe(name, servings, tuple(json.loads(ingredients)), tuple(json.loads(steps)))
                for name, servings, ingredients, steps in rows
            ]

    def save(self, recipe: Recipe, by: str, at: datetime) -> int:
        """The change; one of the same name gives way."""
        with self._db.transaction() as db:
            change = self._change(db, at)
            same = [n for (n,) in db.execute("select name from recipe where gone is null")]
            db.executemany(
                "update recipe set gone = ? where name = ? and gone is null",
                [(change, n) for n in same if key(n) == key(recipe.name)],
            )
            db.execute(
                "insert into recipe (name, servings, ingredients, steps, by, came) "
                "values (?, ?, ?, ?, ?, ?)",
                (
                    recipe.name,
                    recipe.servings,
                    json.dumps(recipe.ingredients),
                    json.dumps(recipe.steps),
                    by,
                    change,
                ),
            )
            return change

    def put_back(self, change: int, at: datetime) -> tuple[int, int]:
        """What came with a change goes, what went comes again: the new change, and how many."""
        with self._db.transaction() as db:
            new, moved = self._change(db, at), 0
            for table in ("item", "recipe"):
                back = [
                    i for (i,) in db.execute(f"select id from {table} where gone = ?", (change,))
                ]
                moved += db.execute(
                    f"update {table} set gone = ? where came = ? and gone is null", (new, change)
                ).rowcount
                db.executemany(
                    f"update {table} set gone = null, came = ? where id = ?",
                    [(new, row) for row in back],
                )
                moved += len(back)
            return new, moved

    def cooking(self, room: str) -> Cooking | None:
        """In this room, else the only one in the house."""
        with self._db.transaction() as db:
            rows = db.execute("select room, recipe, servings, step from cooking").fetchall()
        here = [row for row in rows if row[0] == room] or (rows if len(rows) == 1 else [])
        return Cooking(*here[0][1:]) if here else None

    def cook(self, room: str, now: Cooking | None) -> None:
        """Remember where they are; None: it is over."""
        with self._db.transaction() as db:
            if now is None:
                here = db.execute("delete from cooking where room = ?", (room,)).rowcount
                if not here:
                    db.execute("delete from cooking")
                return
            rows = [
                r for (r,) in db.execute("select room from cooking where recipe = ?", (now.recipe,))
            ]
            db.execute(
                "insert or replace into cooking values (?, ?, ?, ?)",
                (rows[0] if rows else room, now.recipe, now.servings, now.step),
            )

    @staticmethod
    def _open(db: sqlite3.Connection, name: str) -> list[tuple[str]]:
        return db.execute(
            "select name from item where list = ? and gone is null", (name,)
        ).fetchall()

    @staticmethod
    def _change(db: sqlite3.Connection, at: datetime) -> int:
        change = db.execute("insert into change (at) values (?)", (at.isoformat(),)).lastrowid or 0
        for table in ("item", "recipe"):
            db.execute(f"delete from {table} where gone < ?", (change - KEPT,))
        db.execute("delete from change where id < ?", (change - KEPT,))
        return change
