"""People at their stations: they write, correct and withdraw over HTTP, and ask again until they are answered."""

import random
import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.faults.hosts import PASSWORD, Host
from tests.faults.ledger import ACKNOWLEDGED, ASKED, OPEN, REFUSED, Ledger, Record, Writing

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
COMMON, HUNTED = "Emberiza spodocephala", "Emberiza aureola"
PATIENCE = 10
REASON = "For the test"


@dataclass
class Writer:
    """One person at one node, in a thread of its own; whoever has `holding` holds the pen still."""

    host: Host
    ledger: Ledger
    dice: random.Random
    rest: float = 0.2
    wrong: list[str] = field(default_factory=list)
    number: int = 0

    def __post_init__(self) -> None:
        self.ended, self.holding = threading.Event(), threading.Lock()
        self.session = requests.Session()
        self.session.trust_env = False
        self.thread = threading.Thread(target=self._write, name=f"writer {self.host.code}", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self.thread.start()

    def stop(self) -> None:
        """Finish what is asked for, so that nothing stays unanswered; the node must be up."""
        self.ended.set()
        self.thread.join(60)
        if self.thread.is_alive():
            self.wrong.append(f"{self.host.code}: a writing was never answered")
        self.session.close()

    def _write(self) -> None:
        while not self.ended.wait(self.dice.uniform(0, 2 * self.rest)):
            with self.holding:
                record, writing = self._next()
            self._insist(record, writing)

    def _next(self) -> tuple[Record, Writing]:
        """What to do next: mostly a new record, now and then a correction or a withdrawal."""
        open_records = [one for one in self.ledger.of(self.host.code) if one.uuid and not one.is_closed]
        choice = self.dice.random()
        if not open_records or choice < 0.6:
            return self._new()
        record = self.dice.choice(open_records)
        last = record.writings[-1]
        withdrawal = choice > 0.9
        mark = last.mark if withdrawal else f"{record.key}.{len(record.writings) + 1}"
        writing = Writing(mark, last.generation + 1, withdrawal=withdrawal)
        record.is_closed = withdrawal
        record.writings.append(writing)
        return record, writing

    def _new(self) -> tuple[Record, Writing]:
        self.number += 1
        key = f"{self.host.code}/{self.number}"
        letter = "ABCEHKMX"[sum(map(ord, self.host.code)) % 8]
        record = Record(
            host=self.host.code, key=key, ring=f"X{letter} {self.number:06d}",
            species=self.dice.choice([COMMON, COMMON, HUNTED]),
            hidden=(f"Ringer-{key}-only-here", f"Remark-{key}-only-here", f"Hide-{key}-only-here"),
        )  # fmt: skip
        writing = Writing(f"{key}.1", 1)
        record.writings.append(writing)
        return self.ledger.add(record), writing

    def _insist(self, record: Record, writing: Writing) -> None:
        """Ask with the same key until there is an answer, or until a restore has made the question void."""
        while True:
            with self.holding:
                if writing.state not in (OPEN, ASKED):
                    return
                writing.state = ASKED
                try:
                    done = self._withdraw(record) if writing.withdrawal else self._submit(record, writing)
                except (requests.RequestException, ValueError):
                    done = False
                if done:
                    writing.state = ACKNOWLEDGED
                    return
            time.sleep(0.2)

    def _submit(self, record: Record, writing: Writing) -> bool:
        """Over the JSON API; what it wants to have confirmed is confirmed, as a person would."""
        body: dict[str, Any] = {"record": _groups(record, writing), "key": record.key}
        headers = {"Authorization": f"Bearer {self.host.key}"}
        for _ in range(2):
            where = self.host.address + "/api/v1/records"
            answer = requests.post(where, json=body, headers=headers, timeout=PATIENCE)
            if answer.status_code != 409:
                break
            body["confirmed"] = {finding["code"]: REASON for finding in answer.json()["findings"]}
        if answer.ok:
            record.uuid = record.uuid or str(answer.json()["id"])
        elif answer.status_code < 500:
            self._give_up(writing, answer)
        return answer.ok

    def _withdraw(self, record: Record) -> bool:
        """Over the page, as a person does it: there is no other way."""
        page = f"{self.host.address}/records/{record.uuid}"
        form = {"reason": REASON, "csrf_token": self._token(page)}
        answer = self.session.post(page + "/withdraw", data=form, timeout=PATIENCE, allow_redirects=False)
        done = answer.status_code == 303 and "saved=withdrawn" in answer.headers.get("Location", "")
        if not done:
            self._log_in()
        return done

    def _give_up(self, writing: Writing, answer: requests.Response) -> None:
        self.wrong.append(f"{self.host.code}: {writing.mark}: HTTP {answer.status_code} {answer.text[:300]}")
        writing.state = REFUSED

    def _log_in(self) -> None:
        where = self.host.address + "/login"
        form = {"name": "operator", "password": PASSWORD, "csrf_token": self._token(where)}
        self.session.post(where, data=form, timeout=PATIENCE, allow_redirects=False)

    def _token(self, page: str) -> str:
        found = TOKEN.search(self.session.get(page, timeout=PATIENCE).text)
        return found[1] if found else ""


def _groups(record: Record, writing: Writing) -> dict[str, Any]:
    """A record with its mark where every peer sees it, and names where no peer may."""
    ringer, remark, hide = record.hidden
    core = {
        "kind": "banding", "scheme": "RUM", "ring": record.ring, "species": record.species, "day": "2024-05-01",
        "reference": writing.mark,
    }  # fmt: skip
    place = {"latitude": 49.01694, "longitude": 130.44694, "name": hide if record.species == HUNTED else "Net 7"}
    return {
        "core": core, "place": place, "measurements": {"wing": 70 + writing.generation % 9},
        "people": {"ringer": ringer}, "remarks": {"text": remark},
    }  # fmt: skip
