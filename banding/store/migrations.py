"""The node's tables, as steps that run once; a released step is never edited, a new one goes at the end."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from banding.store import forks, links, returns_table

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


@migrations()
def m009_field_sessions(db: Database) -> None:
    """Field sessions, the birds that were entered in each, and what each person has chosen for the forms."""
    db.table("field_sessions").create(
        {
            "id": str, "account": int, "opened_at": str, "closed_at": str, "day": str, "round": str,
            "counted": int, "header": str,
        },
        pk="id", strict=True, not_null={"account", "opened_at", "day", "round", "header"},
    )  # fmt: skip
    db.execute("create index field_sessions_by_day on field_sessions(day, opened_at)")
    db.execute("create index field_sessions_open on field_sessions(account, opened_at) where closed_at is null")
    # AUTOINCREMENT and not the time: birds stand in the order in which they came.
    db.execute(
        "create table session_birds (seq integer primary key autoincrement, session text not null,"
        " record text not null, round text not null, unique (record)) strict"
    )
    db.execute("create index session_birds_by_session on session_birds(session, seq)")
    db.table("preferences").create(
        {"account": int, "name": str, "value": str}, pk=("account", "name"), strict=True, not_null={"value"},
    )  # fmt: skip


@migrations()
def m010_photos(db: Database) -> None:
    """Photos of the birds of a record, which go where the record goes."""
    db.execute(
        "create table photos (id integer primary key autoincrement, record_id integer not null"
        " references records(id) on delete cascade, digest text not null, width integer not null,"
        " height integer not null, has_people integer not null, has_place integer not null,"
        " kept_at text not null, kept_by text, body blob not null, unique (record_id, digest)) strict"
    )


@migrations()
def m011_returns(db: Database) -> None:
    """Returns as flat rows, and which birds have changed since they were written."""
    returns_table.create(db.conn)


@migrations()
def m012_finds(db: Database) -> None:
    """Rings that the public reports, with photos, until and after a person has looked at them."""
    # AUTOINCREMENT, so that the number of a find that went never comes back to mean another.
    db.execute(
        "create table finds (id integer primary key autoincrement, digest text not null unique, state text not null,"
        " taken_at text not null, told text not null, earlier text not null, person text, language text not null,"
        " suspect integer not null, record text, closed_at text, closed_by text, reason text not null,"
        " forgotten text, mailed text not null) strict"
    )
    db.execute("create index finds_waiting on finds(suspect, id) where state = 'waiting'")
    db.execute("create index finds_by_time on finds(taken_at)")
    db.execute(
        "create table find_photos (id integer primary key autoincrement, find_id integer not null"
        " references finds(id) on delete cascade, digest text not null, width integer not null,"
        " height integer not null, body blob not null, unique (find_id, digest)) strict"
    )


@migrations()
def m013_downloads(db: Database) -> None:
    """Files of returns that left the node, by which one that is shown later can be known again."""
    db.execute(
        "create table downloads (number integer primary key autoincrement, id text not null unique,"
        " format text not null, seals text not null, about text not null, rows integer not null,"
        " at text not null, by text not null) strict"
    )
    db.execute("create index downloads_by_seals on downloads(seals)")


@migrations()
def m014_letters(db: Database) -> None:
    """Letters that were printed, by the code on each; nothing of them is about a person."""
    db.execute(
        "create table letters (code text primary key, banding text not null, recovery text not null,"
        " audience text not null, told text not null, day text not null) strict, without rowid"
    )


@migrations()
def m015_scheduled_reports(db: Database) -> None:
    """Questions that are asked again each week, month or season, and what became of each time."""
    db.execute(
        "create table scheduled_reports (id integer primary key autoincrement, title text not null,"
        " typed text not null, format text not null, every text not null, mail text not null, language text not null,"
        " made_at text not null, made_by text not null, paused integer not null) strict"
    )
    db.execute(
        "create table report_runs (report integer not null references scheduled_reports(id) on delete cascade,"
        " period text not null, tries integer not null, at text not null, file text not null, rows integer not null,"
        " sha256 text not null, sent text not null, trouble text not null, primary key (report, period))"
        " strict, without rowid"
    )


@migrations()
def m016_works(db: Database) -> None:
    """Long works that people have begun, and how far each is; never what is in their files."""
    db.execute(
        "create table works (id text primary key, kind text not null, account integer not null, by text not null,"
        " asked text not null, state text not null, done integer not null, total integer not null,"
        " failed integer not null, troubles text not null, tries integer not null, stopping integer not null,"
        " name text not null, media text not null, began_at text not null, ended_at text not null)"
        " strict, without rowid"
    )


@migrations()
def m017_keys(db: Database) -> None:
    """Keys for programs by numbers that never come back to mean another, and when each has last served."""
    db.execute(
        "create table account_keys (id integer primary key autoincrement, digest text not null unique,"
        " account integer not null, name text not null, made_at text not null, used_at text not null) strict"
    )
    sql = "insert into account_keys(digest, account, name, made_at, used_at) select digest, account_id, label, made_at"
    db.execute(f"{sql}, '' from tokens order by made_at")
    db.execute("drop table tokens")
