"""The exchange's own tables, in the same file as the node's; steps that run once and are never edited."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("exchange")


@migrations()
def m001_logs(db: Database) -> None:
    """Nodes whose keys are trusted, their logs, the batches and entries held, and the order they came in."""
    db.table("exchange_nodes").create(
        {"id": int, "code": str, "public_key": bytes, "fingerprint": str},
        pk="id", strict=True, not_null={"code", "public_key", "fingerprint"},
    )  # fmt: skip
    db.execute("create unique index exchange_nodes_by_code on exchange_nodes(code)")
    db.table("exchange_logs").create(
        {"id": int, "name": str, "node": str, "head_number": int, "head_hash": bytes},
        pk="id", strict=True, not_null={"name", "node", "head_number", "head_hash"},
    )  # fmt: skip
    db.execute("create unique index exchange_logs_by_name on exchange_logs(name)")
    db.table("exchange_batches").create(
        {"id": int, "log_id": int, "first": int, "count": int, "header": str, "signature": bytes, "hash": bytes},
        pk="id", strict=True, not_null={"log_id", "first", "count", "header", "signature", "hash"},
    )  # fmt: skip
    db.execute("create unique index exchange_batches_by_number on exchange_batches(log_id, first)")
    db.execute(
        "create table exchange_entries (log_id integer not null, number integer not null, head text not null,"
        " keys text not null, withheld text, version_id integer, sensitivity integer not null,"
        " primary key (log_id, number)) strict, without rowid"
    )
    db.execute("create index exchange_entries_by_version on exchange_entries(version_id)")
    # AUTOINCREMENT: a cursor that somebody holds must never come to mean another batch.
    db.execute("create table exchange_feed (seq integer primary key autoincrement, batch_id integer not null) strict")


@migrations()
def m002_talk(db: Database) -> None:
    """Peers with their cursors, what each visit brought, what was set aside, and what was not authentic."""
    db.table("exchange_peers").create(
        {
            "code": str, "address": str, "terms": str, "posts": int, "epoch": str, "cursor": int,
            "posted": int, "page_bytes": int, "failures": int, "next_at": float, "last_at": str,
            "last_ok": str, "trouble": str, "clock_note": str, "paused": int,
        },
        pk="code", strict=True,
        not_null={"address", "terms", "posts", "cursor", "posted", "page_bytes", "failures", "next_at", "paused"},
    )  # fmt: skip
    db.table("exchange_visits").create(
        {
            "id": int, "peer": str, "at": str, "way": str, "batches": int, "kept": int, "known": int,
            "fuller": int, "aside": int, "refused": int, "sent": int, "bytes": int, "seconds": float,
            "trouble": str,
        },
        pk="id", strict=True, not_null={"peer", "at", "way"},
    )  # fmt: skip
    db.execute("create index exchange_visits_by_peer on exchange_visits(peer, id)")
    db.table("exchange_set_aside").create(
        {"id": int, "log_id": int, "number": int, "groups": str, "reasons": str, "at": str},
        pk="id", strict=True, not_null={"log_id", "number", "groups", "reasons", "at"},
    )  # fmt: skip
    db.execute("create unique index exchange_set_aside_by_entry on exchange_set_aside(log_id, number)")
    db.table("exchange_refused").create(
        {"id": int, "peer": str, "at": str, "code": str, "details": str, "digest": str, "bytes": bytes},
        pk="id", strict=True, not_null={"at", "code", "details", "digest"},
    )  # fmt: skip
    db.execute("create unique index exchange_refused_once on exchange_refused(digest, code)")
    db.table("exchange_inbox").create(
        {"digest": str, "peer": str, "at": str, "answer": str},
        pk="digest", strict=True, not_null={"peer", "at", "answer"},
    )  # fmt: skip
