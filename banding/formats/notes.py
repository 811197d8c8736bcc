"""What a reader has to say about a line: a refusal, a warning, or a plain remark."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """One remark about one line.

    `code` is stable (`F-value`), `field` our dotted name (`core.day`) or "" for the whole line, `text` an
    English sentence with the column, the value, the reason and what to do; `severity` is `error`, `warning`
    or `notice`. `column` (from 1, 0 for none) and `value` repeat parts of the text for other languages.
    """

    code: str
    field: str
    text: str
    severity: str = "notice"
    column: int = 0
    value: str = ""
