"""What a round has survived, in figures."""

from collections import Counter

from tests.faults.ledger import ACKNOWLEDGED, DEAD, DOUBTFUL, Ledger
from tests.faults.round import Round


def figures(fought: Round) -> dict[str, str]:
    """The figures of the summary by their names."""
    lines, ledger, counts = fought.hosts.proxy.lines, fought.ledger, fought.counts
    died = ledger.count(DEAD)
    written = sum(len(record.writings) for record in ledger.records)
    return {
        "kills": f"{fought.kills}",
        "restarts": f"{counts['restart']}",
        "lines spoiled": f"{counts['spoil']}",
        "calls cut": f"{sum(line.cuts for line in lines)} of {sum(line.calls for line in lines)}",
        "calls replayed": f"{counts['replay']}",
        "cables pulled or made to lose packets": f"{counts['pull a cable']}",
        "bytes moved": f"{sum(line.bytes for line in lines):,}",
        "restores": f"{len(ledger.deaths)} ({_ways(ledger)})",
        "held logs that a person let go": f"{counts['let go']}",
        "written": f"{written} versions of {len(ledger.records)} records",
        "acknowledged": f"{ledger.count(ACKNOWLEDGED) + died}",
        "arrived everywhere": f"{fought.arrived()}",
        "died with its disk": f"{died}",
        "unanswered when a disk was put back": f"{ledger.count(DOUBTFUL)}",
        "longest time to converge": f"{fought.longest:.1f} s",
    }


def _ways(ledger: Ledger) -> str:
    ways = Counter(death.issued for death in ledger.deaths)
    return ", ".join(f"issued.json {way}: {count}" for way, count in sorted(ways.items())) or "none"
