"""The node's tables, as steps that run once; a released step is never edited, a new one goes at the end of this file.

The first steps, for records and rings, stand in `first_migrations`; these are for what people do with them.
"""

from sqlite_utils import Database

from banding.store import returns_table
from banding.store.first_migrations import migrations

__all__ = ["migrations"]


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


@migrations()
def m018_known_again(db: Database) -> None:
    """The hash of every file as a whole, and a few of the recoveries of each by which it is known when changed."""
    db.execute("alter table downloads add column whole text not null default ''")
    db.execute("create index downloads_by_whole on downloads(whole) where whole <> ''")
    db.execute(
        "create table download_marks (mark integer not null, download text not null, primary key (mark, download))"
        " strict, without rowid"
    )
    db.execute("create index download_marks_by_file on download_marks(download)")
