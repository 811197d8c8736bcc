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


@migrations()
def m003_what_may_leave(db: Database) -> None:
    """What terms are judged by, the leaf of an entry, what is closed to us, what was opened beyond the terms."""
    # Made anew and not altered: a leaf can only be computed from texts that this step does not read.
    db.execute("alter table exchange_entries add column leaf blob")
    db.execute("alter table exchange_entries add column class integer not null default 0")
    db.execute("alter table exchange_entries add column day text not null default ''")
    db.execute(
        "update exchange_entries set class = sensitivity + 4 * coalesce((select case when r.kind = 'recovery' then 1"
        " when v.record_id < 0 then 2 else 0 end from versions v left join records r on r.id = v.record_id"
        " where v.id = version_id), 0)"
    )
    db.execute("update exchange_entries set leaf = (select seal from versions v where v.id = version_id)")
    db.execute("alter table exchange_entries drop column sensitivity")
    db.execute("create index exchange_entries_by_class on exchange_entries(class, log_id, number)")
    db.execute(
        "create table exchange_closed (log_id integer not null, first integer not null, span integer not null,"
        " digest blob not null, primary key (log_id, first)) strict, without rowid"
    )
    db.execute(
        "create table exchange_opened (peer text not null, log_id integer not null, number integer not null,"
        " why text not null, at text not null, primary key (peer, log_id, number)) strict, without rowid"
    )
    # A place in the feed may be meant for one peer alone, and for some entries of its batch alone.
    db.execute("alter table exchange_feed add column peer text")
    db.execute("alter table exchange_feed add column only text")
    db.execute(
        "create table exchange_routes (batch_id integer not null, peer text not null, at text not null,"
        " primary key (batch_id, peer)) strict, without rowid"
    )
    db.execute("create index exchange_batches_by_log on exchange_batches(log_id, id)")


@migrations()
def m004_letters(db: Database) -> None:
    """Letters between nodes, which travel in the logs; keys by the number they hold from; agreements."""
    db.table("exchange_letters").create(
        {
            "id": int, "uuid": str, "kind": str, "sender": str, "recipient": str, "about": str, "core": str,
            "log_id": int, "number": int, "at": str, "state": str,
        },
        pk="id", strict=True, not_null={"uuid", "kind", "sender", "recipient", "about", "core", "at", "state"},
    )  # fmt: skip
    db.execute("create index exchange_letters_by_uuid on exchange_letters(uuid)")
    db.execute("create index exchange_letters_by_about on exchange_letters(about, kind)")
    db.execute("create unique index exchange_letters_by_entry on exchange_letters(log_id, number)")
    db.execute("create index exchange_letters_unsent on exchange_letters(id) where number is null")
    # What a log that was taken back had already said is said again word for word: the same head, the same keys.
    db.execute(
        "create table exchange_again (version_id integer primary key, head text not null, keys text not null,"
        " withheld text) strict"
    )
    db.table("exchange_keys").create(
        {
            "id": int, "node": str, "public_key": bytes, "fingerprint": str, "log": str, "first": int,
            "statement": str, "signature": bytes,
        },
        pk="id", strict=True, not_null={"node", "public_key", "fingerprint", "log", "first"},
    )  # fmt: skip
    db.execute("create unique index exchange_keys_once on exchange_keys(node, fingerprint)")
    db.table("exchange_agreements").create(
        {
            "id": int, "digest": str, "peer": str, "text": str, "ours": bytes, "theirs": bytes, "state": str,
            "at": str, "by": str,
        },
        pk="id", strict=True, not_null={"digest", "peer", "text", "state", "at"},
    )  # fmt: skip
    db.execute("create unique index exchange_agreements_once on exchange_agreements(digest)")
    # The terms now in force for what leaves to a peer, and by which agreement; '' where none is signed.
    db.execute("alter table exchange_peers add column agreement text not null default ''")


@migrations()
def m005_watch(db: Database) -> None:
    """What left to whom, segments ready to be sent, logs that wait for a person, proof against a log, alarms."""
    db.table("exchange_left").create(
        {
            "id": int, "peer": str, "batch_id": int, "way": str, "terms": str, "shown": str, "digest": str,
            "at": str, "times": int,
        },
        pk="id", strict=True, not_null={"peer", "batch_id", "way", "terms", "shown", "digest", "at", "times"},
    )  # fmt: skip
    db.execute("create unique index exchange_left_once on exchange_left(peer, batch_id, digest, way)")
    db.execute(
        "create table exchange_segments (batch_id integer not null, view text not null, digest text not null,"
        " bytes integer not null, body blob not null, primary key (batch_id, view)) strict"
    )
    db.execute("create index exchange_segments_by_digest on exchange_segments(digest)")
    db.execute("alter table exchange_logs add column frozen text")
    db.execute("alter table exchange_logs add column held text")
    db.execute("alter table exchange_logs add column released integer not null default 0")
    _proofs_and_alarms(db)
    db.execute("alter table exchange_peers add column expect_days real not null default 3")
    db.execute("alter table exchange_peers add column window text not null default ''")
    db.execute("alter table exchange_peers add column heard_at text")


def _proofs_and_alarms(db: Database) -> None:
    db.table("exchange_evidence").create(
        {
            "id": int, "log": str, "number": int, "peer": str, "header": str, "signature": bytes,
            "other_header": str, "other_signature": bytes, "at": str,
        },
        pk="id", strict=True,
        not_null={"log", "number", "header", "signature", "other_header", "other_signature", "at"},
    )  # fmt: skip
    db.execute("create unique index exchange_evidence_once on exchange_evidence(log, number, header, other_header)")
    db.table("exchange_alarms").create(
        {
            "id": int, "kind": str, "about": str, "details": str, "first_at": str, "last_at": str, "times": int,
            "told": str, "settled_at": str, "settled_by": str,
        },
        pk="id", strict=True, not_null={"kind", "about", "details", "first_at", "last_at", "times"},
    )  # fmt: skip
    db.execute("create index exchange_alarms_open on exchange_alarms(kind, about) where settled_at is null")
    db.table("exchange_audits").create(
        {"id": int, "peer": str, "at": str, "blocks": int, "differences": str},
        pk="id", strict=True, not_null={"peer", "at", "blocks", "differences"},
    )  # fmt: skip


@migrations()
def m006_agreed(db: Database) -> None:
    """What was done about an agreement, by whom and when; what left by the terms that let it go, found by its batch."""
    db.execute("alter table exchange_agreements add column history text not null default '[]'")
    db.execute("create index exchange_agreements_by_peer on exchange_agreements(peer, id)")
    # Under other terms the same view is another line: the ledger must say by which agreement each time was let go.
    db.execute("drop index exchange_left_once")
    db.execute("create unique index exchange_left_once on exchange_left(peer, batch_id, digest, way, terms)")
    db.execute("create index exchange_left_by_batch on exchange_left(batch_id)")


@migrations()
def m007_waits(db: Database) -> None:
    """Entries of ours that wait at other nodes, by their receipts; whether a return was ever told as good news."""
    db.execute(
        "create table exchange_waits (peer text not null, log text not null, number integer not null, at text not null,"
        " reasons text not null, primary key (peer, log, number)) strict, without rowid"
    )
    db.execute("create index exchange_waits_by_entry on exchange_waits(log, number)")
    db.execute("create index exchange_alarms_by_about on exchange_alarms(kind, about)")


@migrations()
def m008_shown_by(db: Database) -> None:
    """Which entries of a batch a peer has shown us, as a hex number of bits, the lowest the first; '' for all."""
    db.execute("alter table exchange_routes add column shown text not null default ''")
