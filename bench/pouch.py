"""The peer of the pull where it can be had: PouchDB replicating the same documents, set up by npm on demand only."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from bench import records
from bench.exchange import measure

HOME = Path(__file__).resolve().parent / "pouchdb"


class NoPouch(Exception):
    """PouchDB cannot be had here: no node, no npm, or no way to its packages."""


def compare(count: int) -> dict[str, float]:
    """Documents a second of our pull and of PouchDB's replication, in one run, and how many times ours is faster.

    Ours verifies signatures, asks the rules and writes a ledger; PouchDB does neither. Both write to disk. Raises
    NoPouch.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        theirs = count / replicate(folder, count)
        ours = measure(folder / "ours", count).rates()["pull"]
    return {"records": count, "pull": round(ours), "pouchdb": round(theirs), "times_faster": round(ours / theirs, 2)}


def replicate(folder: Path, count: int) -> float:
    """Seconds that PouchDB takes for so many documents. Raises NoPouch."""
    if not (shutil.which("node") and shutil.which("npm")):
        raise NoPouch("node and npm are needed for it")
    there = Path(shutil.copytree(HOME, folder / "pouchdb", ignore=shutil.ignore_patterns("node_modules")))
    _run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"], there)
    documents = folder / "documents.ndjson"
    with documents.open("w", encoding="utf-8") as file:
        for number, draft in enumerate(records.drafts(count)):
            file.write(json.dumps({"_id": f"{number:08}", **draft.record}, ensure_ascii=False) + "\n")
    found = json.loads(_run(["node", "replicate.mjs", str(documents), str(folder)], there))
    if found["held"] != count:
        raise NoPouch(f"it replicated {found['held']} of {count} documents")
    return float(found["seconds"])


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoPouch(f"{command[0]} has failed: {done.stderr.strip()[-300:]}")
    return done.stdout
