"""What must hold when all lines are up again and the timetables had time: read from the files of all nodes."""

import re
import sqlite3
from collections.abc import Iterable, Iterator

from tests.faults.hosts import Host, Hosts
from tests.faults.ledger import ACKNOWLEDGED, ASKED, DEAD, DOUBTFUL, Ledger, Marks, Record

SHOWN = 5
HIDDEN = re.compile(rb"(?:Ringer|Remark|Hide)-([A-Z-]+)/\d+-only-here")
NOT_SAID = ("Traceback", "Exception ignored", "Exception in thread", "database disk image")
CONTENT = "select lower(hex(uuid)), generation, lower(hex(coalesce(seal, ''))) from records"
MARKS = (
    "select lower(hex(r.uuid)), json_extract(v.core, '$.reference'), coalesce(json_extract(v.core, '$.withdrawn'), 0),"
    " v.id = r.version_id, v.generation from versions v join records r on r.id = v.record_id"
)
LOGS = "select name, head_number, hex(head_hash) from exchange_logs where head_number > 0"
HOLES = (
    "select l.name, l.head_number, (select coalesce(sum(b.count), 0) from exchange_batches b where b.log_id = l.id),"
    " (select count(*) from exchange_entries e where e.log_id = l.id) + {closed} from exchange_logs l"
)
CLOSED = "(select coalesce(sum(c.span), 0) from exchange_closed c where c.log_id = l.id)"
REFUSED = "select code, details from exchange_refused"
ASIDE = "select l.name, a.number, a.reasons from exchange_set_aside a join exchange_logs l on l.id = a.log_id"
WAITING = "select name, frozen, held from exchange_logs where frozen is not null or held is not null"
EVIDENCE = "select log, number from exchange_evidence"
UNSIGNED = "select count(*) from records where seal is null and origin = ?"


def marks(host: Host) -> Marks:
    """Everything written that the file of a node holds."""
    return {(mark, bool(withdrawn)) for _uuid, mark, withdrawn, _is_current, _generation in host.ask(MARKS)}


def apart(hosts: Hosts, ledger: Ledger) -> list[str]:
    """In what the nodes still differ; nothing when it is quiet. What one of them cannot be asked now counts too."""
    try:
        return [*_different(hosts, "logs", LOGS), *_different(hosts, "records", CONTENT), *_missing(hosts, ledger)]
    except sqlite3.Error as error:
        return [f"a file cannot be read now: {error}"]


def broken(hosts: Hosts, ledger: Ledger) -> list[str]:
    """What breaks the law, a line each."""
    found = apart(hosts, ledger)
    for host in hosts.hosts:
        found += [f"{host.code}: {one}" for one in (*_unsound(host), *_refused(host, ledger), *_leaked(host, ledger))]
        found += [f"{host.code}: {one}" for one in (*_told(host), *_doubled(host), *_not_current(host, ledger))]
        found += host.fell
    return found + list(_halfway(hosts, ledger))


def _different(hosts: Hosts, what: str, sql: str) -> Iterator[str]:
    """Rows that one node has and another has not."""
    rows = {host.code: set(host.ask(sql)) for host in hosts.hosts}
    for code, held in rows.items():
        lacking = set().union(*rows.values()) - held
        if lacking:
            yield f"{code} differs from the others in {len(lacking)} {what}: {_some(lacking)}"
    for host in hosts.hosts:
        if what == "records" and (count := host.ask(UNSIGNED, host.code)[0][0]):
            yield f"{host.code} has not signed {count} of its records"


def _missing(hosts: Hosts, ledger: Ledger) -> Iterator[str]:
    """What was acknowledged and is not everywhere."""
    expected = {(one.mark, one.withdrawal) for _record, one in ledger.writings(ACKNOWLEDGED)}
    for host in hosts.hosts:
        if lacking := expected - marks(host):
            yield f"{host.code} lacks {len(lacking)} of what was acknowledged: {_some(lacking)}"


def _halfway(hosts: Hosts, ledger: Ledger) -> Iterator[str]:
    """What is in doubt or died may have come after all, but then to everybody."""
    held = [marks(host) for host in hosts.hosts]
    for _record, one in ledger.writings(DOUBTFUL, DEAD, ASKED):
        if len({(one.mark, one.withdrawal) in some for some in held}) > 1:
            yield f"{one.mark} ({one.state}) is at some nodes and not at others"


def _unsound(host: Host) -> Iterator[str]:
    """The file is whole, and no log has a hole."""
    for (said,) in host.ask("pragma integrity_check"):
        if said != "ok":
            yield f"integrity_check: {said}"
    yield from (f"foreign_key_check: {row}" for row in host.ask("pragma foreign_key_check"))
    for name, head, batches, entries in host.ask(HOLES.format(closed=CLOSED if _has(host, "exchange_closed") else 0)):
        if not head == batches == entries:
            yield f"a hole in {name}: head {head}, {batches} in batches, {entries} entries"


def _refused(host: Host, ledger: Ledger) -> Iterator[str]:
    """Nothing was set aside, refused, frozen or held; but a node that a whole folder set back may have forked."""
    forked = {death.host for death in ledger.deaths if death.issued == "too"}
    found = [("set aside", row) for row in host.ask(ASIDE)] + [("refused", row) for row in host.ask(REFUSED)]
    if _has(host, "exchange_evidence"):
        found += [("evidence", row) for row in host.ask(EVIDENCE)] + [("waits", row) for row in host.ask(WAITING)]
    for what, row in found:
        if what == "set aside" or not any(f"{code}." in str(row) for code in forked):
            yield f"{what}: {row}"


def _leaked(host: Host, ledger: Ledger) -> Iterator[str]:
    """Names that were planted at other nodes are not in the bytes of this one; its own are."""
    paths = [host.home / name for name in ("node.sqlite", "node.sqlite-wal")] + [host.log]
    origins = {found.decode() for path in paths if path.exists() for found in HIDDEN.findall(path.read_bytes())}
    if strangers := origins - {host.code}:
        yield f"what must not leave {_some(strangers)} is here"
    if host.code not in origins and any(record.acknowledged for record in ledger.of(host.code)):
        yield "what was planted here to be looked for elsewhere is not here"


def _told(host: Host) -> Iterator[str]:
    """No traceback in what its processes said."""
    said = host.said()
    yield from (f"{word} in {host.log}: ...{_around(said, word)}" for word in NOT_SAID if word in said)


def _doubled(host: Host) -> Iterator[str]:
    """Nothing that was written once has come to stand under two ids."""
    ids: dict[str, set[str]] = {}
    for uuid, mark, *_ in host.ask(MARKS):
        ids.setdefault(str(mark).rpartition(".")[0], set()).add(uuid)
    yield from (f"{key} is there {len(found)} times: {_some(found)}" for key, found in ids.items() if len(found) > 1)


def _not_current(host: Host, ledger: Ledger) -> Iterator[str]:
    """What was acknowledged last is what stands, unless a restore came between."""
    current = {uuid: (mark, bool(gone), at) for uuid, mark, gone, is_current, at in host.ask(MARKS) if is_current}
    for record in ledger.records:
        if record.acknowledged and not record.was_set_back and (now := current.get(record.uuid.replace("-", ""))):
            may = _may_stand(record)
            if now not in may:
                yield f"{record.key} stands as {now} and not as {may[0]}"


def _may_stand(record: Record) -> list[tuple[str, bool, int]]:
    last = record.acknowledged[-1]
    later = [one for one in record.writings if one is last or one.state == ASKED]
    return [(one.mark, one.withdrawal, one.generation) for one in later]


def _has(host: Host, table: str) -> bool:
    return bool(host.ask("select 1 from sqlite_master where name = ?", table))


def _some(found: Iterable[object]) -> str:
    listed = sorted(map(str, found))
    return ", ".join(listed[:SHOWN]) + (" ..." if len(listed) > SHOWN else "")


def _around(said: str, word: str) -> str:
    start = said.index(word)
    return said[max(0, start - 200) : start + 3000]
