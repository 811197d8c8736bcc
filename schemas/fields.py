"""Field classes exactly as strict as the JSON Schema they publish."""

import datetime
import math
import re
from collections.abc import Sequence
from typing import Any

from marshmallow import ValidationError, fields

from schemas.codes import table

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def anchored(pattern: str) -> str:
    """The pattern as published: the whole text and nothing after it.

    A bare `$` lets a trailing newline pass in Python but not in JavaScript; the look-ahead makes both agree.
    """
    return f"^(?:{pattern})$(?!\\n)"


def _is_unicode(text: str) -> bool:
    """Whether the text can be written as UTF-8: Python lets half a surrogate pair through, others do not."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


class Strict(fields.Field[Any]):
    """A field that takes one JSON type as it is and converts nothing.

    `about` is a sentence for people, `example` a value, `euring` the field number in the EURING Exchange
    Code 2020, `dwc` the Darwin Core term, `unit` the unit of a measurement.
    """

    def __init__(
        self,
        about: str,
        *,
        example: Any = None,
        euring: int | None = None,
        dwc: str = "",
        unit: str = "",
        **kwargs: Any,
    ) -> None:
        told = {"about": about, "example": example, "euring": euring, "dwc": dwc, "unit": unit}
        super().__init__(metadata=told, **kwargs)

    def keywords(self) -> dict[str, Any]:
        """The JSON Schema keywords that say what this field takes."""
        raise NotImplementedError


class Text(Strict):
    """A text of `shortest` to `longest` characters, matching `pattern` as a whole where one is given."""

    def __init__(self, about: str, *, longest: int, shortest: int = 1, pattern: str = "", **kwargs: Any) -> None:
        super().__init__(about, **kwargs)
        self.shortest, self.longest, self.pattern = shortest, longest, pattern
        self._whole = re.compile(pattern) if pattern else None

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str:
        if not isinstance(value, str) or not _is_unicode(value):
            raise ValidationError("Must be a text.")
        if not self.shortest <= len(value) <= self.longest:
            raise ValidationError(f"Must be {self.shortest} to {self.longest} characters long.")
        if self._whole and not self._whole.fullmatch(value):
            raise ValidationError(f"Must be written like {self.metadata['example']!r}.")
        return value

    def keywords(self) -> dict[str, Any]:
        found: dict[str, Any] = {"type": "string", "minLength": self.shortest, "maxLength": self.longest}
        return found | ({"pattern": anchored(self.pattern)} if self.pattern else {})


class Day(Text):
    """A calendar day of the years 1600 to 2199, written 2024-05-01."""

    def __init__(self, about: str, **kwargs: Any) -> None:
        pattern = r"(?:1[6-9]|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}"
        super().__init__(about, shortest=10, longest=10, pattern=pattern, **kwargs)

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str:
        text = super()._deserialize(value, *_args, **_kwargs)
        try:
            datetime.date.fromisoformat(text)
        except ValueError:
            raise ValidationError("There is no such day in the calendar.") from None
        return text

    def keywords(self) -> dict[str, Any]:
        return super().keywords() | {"format": "date"}


class Code(Strict):
    """One code of a small, closed table of `schemas/codes`."""

    def __init__(self, about: str, of: str, *, only: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(about, **kwargs)
        self.of = of
        self.codes = tuple(only) or table(of).codes
        self.metadata = {**self.metadata, "table": of}

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str:
        if not isinstance(value, str) or value not in self.codes:
            raise ValidationError(f"Must be one of the codes {', '.join(self.codes)}.")
        return value

    def keywords(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.codes)}


class Whole(Strict):
    """A whole number between two bounds, both included; `5.0` is whole, as in JSON Schema."""

    def __init__(self, about: str, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(about, **kwargs)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
            raise ValidationError("Must be a whole number.")
        if not self.least <= value <= self.most:
            raise ValidationError(f"Must lie between {self.least} and {self.most}.")
        return int(value)

    def keywords(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


def _is_finite(value: int | float) -> bool:
    # A whole number is finite however long; math.isfinite would overflow on one of 400 figures.
    return isinstance(value, int) or math.isfinite(value)


class Number(Strict):
    """A finite number between two bounds, both included."""

    def __init__(self, about: str, least: float, most: float, **kwargs: Any) -> None:
        super().__init__(about, **kwargs)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> int | float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not _is_finite(value):
            raise ValidationError("Must be a number.")
        if not self.least <= value <= self.most:
            raise ValidationError(f"Must lie between {self.least} and {self.most}.")
        return value

    def keywords(self) -> dict[str, Any]:
        return {"type": "number", "minimum": self.least, "maximum": self.most}


class Flag(Strict):
    """True or false, and nothing that merely looks like it."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Must be true or false.")
        return value

    def keywords(self) -> dict[str, Any]:
        return {"type": "boolean"}
