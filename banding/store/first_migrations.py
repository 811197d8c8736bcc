"""The steps of the tables for what a node is: records and their rings, accounts, extensions and versions at odds."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from banding.store import forks, links

migrations = Migrations("banding")


@migrations()
def m001_records(db: Database) -> None:
    """Records, their versions, what the rules said of them, and the changes made at this node."""
    db.table("records").create(
        {
            "id": int, "uuid": bytes, "kind": str, "origin": str, "version_id": int, "generation": int,
            "seal": bytes, "submission": str, "scheme": str, "ring_key": str, "species": str, "day": str,
            "latitude": float, "longitude": float, "coarse": int, "place_code": str, "withdrawn": int,
        },
        pk="id", strict=True,
        not_null={"uuid", "kind", "origin", "version_id", "generation", "scheme", "species", "day", "withdrawn"},
    )  # fmt: skip
    db.execute("create unique index records_by_uuid on records(uuid)")
    db.execute("create unique index records_by_submission on records(submission) where submission is not null")
    db.execute("create index records_by_ring on records(ring_key, scheme, kind, day, uuid) where ring_key is not null")
    db.execute("create index records_by_day on records(day, id)")
    db.execute("create index records_by_species on records(species, day)")
    db.table("versions").create(
        {
            "id": int, "record_id": int, "generation": int, "seal": bytes, "kept_at": str, "kept_by": str,
            "door": str, "core": str, "area": str, "measurements": str, "place": str, "remarks": str,
            "people": str,
        },
        pk="id", strict=True,
        not_null={"record_id", "generation", "kept_at", "door", "core"},
    )  # fmt: skip
    db.execute("create index versions_by_record on versions(record_id, generation)")
    db.table("findings").create(
        {"id": int, "version_id": int, "code": str, "severity": str, "field": str, "details": str, "reason": str},
        pk="id", strict=True, not_null={"version_id", "code", "severity", "field", "details"},
    )  # fmt: skip
    db.execute("create index findings_by_version on findings(version_id)")
    # AUTOINCREMENT, so that a number is never given twice, even after the newest row was removed.
    db.execute(
        "create table changes (seq integer primary key autoincrement, version_id integer not null,"
        " unique (version_id)) strict"
    )


@migrations()
def m002_accounts(db: Database) -> None:
    """Who may log in, by which one-time link, and with which key a machine comes."""
    db.table("accounts").create(
        {
            "id": int, "name": str, "role": str, "password": str, "language": str, "made_at": str,
            "closed": int, "session": str,
        },
        pk="id", strict=True, not_null={"name", "role", "password", "made_at", "closed", "session"},
    )  # fmt: skip
    db.execute("create unique index accounts_by_name on accounts(name collate nocase)")
    db.table("invitations").create(
        {"digest": str, "role": str, "until": str},
        pk="digest", strict=True, not_null={"role", "until"},
    )  # fmt: skip
    db.table("tokens").create(
        {"digest": str, "account_id": int, "label": str, "made_at": str},
        pk="digest", strict=True, not_null={"account_id", "label", "made_at"},
    )  # fmt: skip


@migrations()
def m003_house_keeping(db: Database) -> None:
    """Notes by name, and leases: who may do a thing that only one process may do at a time."""
    db.table("notes").create({"name": str, "value": str}, pk="name", strict=True, not_null={"value"})
    db.table("leases").create(
        {"name": str, "holder": str, "until": float},
        pk="name", strict=True, not_null={"holder", "until"},
    )  # fmt: skip


@migrations()
def m004_rings_of_a_bird(db: Database) -> None:
    """Numbers that one bird wears, both ways round, and readings of which a part is missing."""
    db.execute(
        "create table ring_links (ring_key text not null, scheme text not null, to_ring_key text not null,"
        " to_scheme text not null, record_id integer not null,"
        " primary key (ring_key, scheme, to_ring_key, to_scheme, record_id)) strict, without rowid"
    )
    db.execute("create index ring_links_by_record on ring_links(record_id)")
    db.execute(
        "create table ring_readings (record_id integer primary key, scheme text not null, reading text not null) strict"
    )
    db.execute("create index ring_readings_by_length on ring_readings(scheme, length(reading), reading)")
    db.execute("create index ring_readings_by_reading on ring_readings(reading)")
    links.rebuild(db.conn)


@migrations()
def m005_stock_of_rings(db: Database) -> None:
    """Strings of rings that the station received, and single rings of them that are damaged or lost."""
    db.table("ring_strings").create(
        {
            "id": int, "scheme": str, "first": str, "last": str, "first_key": str, "last_key": str,
            "series": str, "size": str, "received_on": str, "received_from": str, "allocated_to": str,
            "kept_at": str, "kept_by": str,
        },
        pk="id", strict=True,
        not_null={"scheme", "first", "last", "first_key", "last_key", "series", "size", "received_on",
                  "received_from", "allocated_to", "kept_at"},
    )  # fmt: skip
    db.execute("create index ring_strings_by_scheme on ring_strings(scheme, first_key)")
    db.table("ring_losses").create(
        {
            "scheme": str, "ring_key": str, "ring": str, "state": str, "reason": str, "kept_at": str, "kept_by": str,
        },
        pk=("ring_key", "scheme"), strict=True, not_null={"ring", "state", "reason", "kept_at"},
    )  # fmt: skip


@migrations()
def m006_extensions(db: Database) -> None:
    """Rows that nodes add to the open tables; a version of one has its number with a minus in `record_id`."""
    db.table("extensions").create(
        {
            "id": int, "uuid": bytes, "origin": str, "version_id": int, "generation": int, "seal": bytes,
            "table_name": str, "code": str, "cells": str, "withdrawn": int,
        },
        pk="id", strict=True,
        not_null={"uuid", "origin", "version_id", "generation", "table_name", "code", "cells", "withdrawn"},
    )  # fmt: skip
    db.execute("create unique index extensions_by_uuid on extensions(uuid)")
    db.execute("create unique index extensions_by_version on extensions(version_id)")
    db.execute("create index extensions_by_code on extensions(table_name, code)")


@migrations()
def m007_forks(db: Database) -> None:
    """Records of which the newest generation has more than one version: few, so that asking for them is cheap."""
    db.execute("create table forks (uuid blob primary key) strict, without rowid")
    forks.rebuild(db.conn)


@migrations()
def m008_recoveries(db: Database) -> None:
    """The recoveries of each node, in the order they came: rings whose bandings are asked for."""
    db.execute(
        "create index records_recoveries on records(origin, id)"
        " where kind = 'recovery' and withdrawn = 0 and ring_key is not null"
    )
