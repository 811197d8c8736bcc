"""Every kind of lie about a batch, told by changing its lines, with the word by which it must be found."""

import base64
import json
from typing import Any

Lines = list[dict[str, Any]]


def turned(text: str) -> str:
    raw = bytearray(base64.b64decode(text))
    raw[0] ^= 1
    return base64.b64encode(raw).decode()


def batches_of(lines: Lines) -> list[int]:
    return [at for at, line in enumerate(lines) if "batch" in line]


def first(lines: Lines, member: str) -> dict[str, Any]:
    return next(line for line in lines if line.get(member))


def header(lines: Lines, at: int, **said: object) -> None:
    line = lines[batches_of(lines)[at]]
    line["batch"] = json.dumps(json.loads(line["batch"]) | said)


def a_text(lines: Lines) -> None:
    entry = first(lines, "groups")
    entry["groups"]["core"] = entry["groups"]["core"].replace("2024", "2023")


def a_head(lines: Lines) -> None:
    entry = first(lines, "head")
    entry["head"] = entry["head"].replace('"generation":1', '"generation":2')


def a_salt(lines: Lines) -> None:
    keys = first(lines, "keys")["keys"]
    keys |= {path: turned(key) for path, key in keys.items()}


def a_commitment(lines: Lines) -> None:
    withheld = first(lines, "withheld")["withheld"]
    withheld |= {group: turned(value) for group, value in withheld.items()}


def a_group_dropped(lines: Lines) -> None:
    first(lines, "withheld").pop("withheld")


def a_key_to_what_is_withheld(lines: Lines) -> None:
    first(lines, "withheld")["keys"]["101"] = "AAAAAAAAAAAAAAAAAAAAAA=="


def a_key_above_another(lines: Lines) -> None:
    keys = first(lines, "withheld")["keys"]
    path = min(keys, key=len)
    keys[(path + "0")[:3] if len(path) < 3 else path[:2]] = "AAAAAAAAAAAAAAAAAAAAAA=="


def a_closed_node(lines: Lines) -> None:
    run = first(lines, "closed")
    run["closed"] = turned(run["closed"])


def a_span(lines: Lines) -> None:
    first(lines, "closed")["span"] = 3


def a_number(lines: Lines) -> None:
    first(lines, "groups")["n"] += 1


def an_entry_left_out(lines: Lines) -> None:
    lines.remove(first(lines, "groups"))


def entries_swapped(lines: Lines) -> None:
    shown = [at for at, line in enumerate(lines) if "groups" in line]
    one, two = lines[shown[0]], lines[shown[1]]
    lines[shown[0]], lines[shown[1]] = two | {"n": one["n"]}, one | {"n": two["n"]}


def a_signature(lines: Lines) -> None:
    line = lines[batches_of(lines)[0]]
    line["signature"] = turned(line["signature"])


def another_key(lines: Lines) -> None:
    header(lines, 0, key="0" * 64)


def another_header(lines: Lines) -> None:
    header(lines, 1, schema="1.1")


def a_cut(lines: Lines) -> None:
    lines.pop()


def something_behind_the_end(lines: Lines) -> None:
    lines.append(lines[-1])


LIES = {
    a_text: "root", a_head: "root", a_salt: "root", a_commitment: "root", a_group_dropped: "root",
    a_key_to_what_is_withheld: "opens a withheld group", a_key_above_another: "key", a_closed_node: "root",
    a_span: "no node of the tree", a_number: "was expected", an_entry_left_out: "was expected",
    entries_swapped: "root", a_signature: "signature", another_key: "no key", another_header: "signature",
    a_cut: "cut", something_behind_the_end: "behind the end",
}  # fmt: skip
