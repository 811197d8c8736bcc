"""Bars and roses as SVG that prints in black and white: what a figure shows is told by patterns, places and numbers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, pi, sin, sqrt

from banding.reports.marked import cut, marked, width

BARS, STACKED, ROWS, ROSE = "bars", "stacked", "rows", "rose"
WIDE, HIGH, TOP, LEFT, BOTTOM = 640, 310, 34, 56, 58
INK, LINE, PAPER = "#14202a", "#9aa7ae", "#ffffff"
FILLS = 7
LEGEND_ROW, ROW = 20, 38
Number = Callable[[float], str]


@dataclass(frozen=True)
class Series:
    """One kind of bar: its words, and a value for each class of the figure."""

    label: str
    values: tuple[float, ...]

    @property
    def total(self) -> float:
        """Of all classes."""
        return sum(self.values)


@dataclass(frozen=True)
class Figure:
    """What a plot shows, in words of one language.

    `unit` tells the classes along its axis, `of` what is counted; `counted` is how many of `asked` returns it
    shows, and `said` what else must be known to read it. `kind` is one of BARS, STACKED, ROWS and ROSE.
    """

    name: str
    kind: str
    title: str
    unit: str
    of: str
    classes: tuple[str, ...]
    series: tuple[Series, ...]
    counted: int
    asked: int
    said: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for one in self.series for value in one.values)


def drawn(figure: Figure, number: Number) -> str:
    """A whole SVG of the figure without a style sheet or a script; `number` writes a number as its language does."""
    draw = {BARS: _bars, STACKED: _bars, ROWS: _rows, ROSE: _rose}[figure.kind]
    high, parts = draw(figure, number)
    legend = list(_legend(figure, high))
    high += LEGEND_ROW * max((row for row, _ in legend), default=-1) + LEGEND_ROW if legend else 0
    head = f"{figure.title}, n = {number(figure.counted)}"
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high}" width="{WIDE}" height="{high}"'
            f' role="img" aria-label="{marked(head)}" font-family="sans-serif" font-size="12" fill="{INK}">',
            f"<title>{marked(head)}</title>",
            _patterns(figure.name),
            f'<rect width="{WIDE}" height="{high}" fill="{PAPER}"/>',
            _text(WIDE / 2, 16, head, "middle", weight="bold"),
            *parts,
            *(part for _, part in legend),
            "</svg>",
        )
    )


def _bars(figure: Figure, number: Number) -> tuple[int, list[str]]:
    """Bars that stand beside each other, or on each other where they are stacked."""
    is_stacked = figure.kind == STACKED
    columns = list(zip(*(one.values for one in figure.series), strict=True))
    top = max((sum(column) if is_stacked else max(column) for column in columns), default=0)
    steps = _steps(top)
    scale = (HIGH - TOP - BOTTOM) / (steps[-1] or 1)
    floor, step = HIGH - BOTTOM, (WIDE - LEFT - 10) / max(1, len(columns))
    parts = list(_grid(steps, scale, floor, number))
    for at, column in enumerate(columns):
        left, drawer = LEFT + at * step, _stack if is_stacked else _beside
        parts += drawer(figure.name, column, (left, floor, step, scale), number)
    parts += _below(figure.classes, step, floor)
    parts.append(_text(LEFT + (WIDE - LEFT) / 2, HIGH - 6, figure.unit, "middle"))
    parts.append(_text(6, TOP - 8, figure.of, "start"))
    return HIGH, parts


Frame = tuple[float, float, float, float]


def _beside(name: str, column: Sequence[float], frame: Frame, number: Number) -> Iterator[str]:
    left, floor, step, scale = frame
    wide = step * 0.86 / len(column)
    for at, value in enumerate(column):
        x = left + step * 0.07 + at * wide
        yield _box(x, floor - value * scale, wide, value * scale, name, at)
        if value and wide >= 7 * len(number(value)):
            yield _text(x + wide / 2, floor - value * scale - 3, number(value), "middle", 10)


def _stack(name: str, column: Sequence[float], frame: Frame, number: Number) -> Iterator[str]:
    left, floor, step, scale = frame
    y = floor
    for at, value in enumerate(column):
        y -= value * scale
        yield _box(left + step * 0.1, y, step * 0.8, value * scale, name, at)
    if sum(column) and step * 0.9 >= 7 * len(number(sum(column))):
        yield _text(left + step / 2, y - 3, number(sum(column)), "middle", 10)


def _grid(steps: Sequence[float], scale: float, floor: float, number: Number) -> Iterator[str]:
    for value in steps:
        y = floor - value * scale
        yield f'<path d="M{LEFT} {y:.1f}H{WIDE - 10}" stroke="{LINE if value else INK}" stroke-width="1" fill="none"/>'
        yield _text(LEFT - 5, y + 4, number(value), "end")


def _below(classes: Sequence[str], step: float, floor: float) -> Iterator[str]:
    """The classes beneath their bars, in two lines by turns; where that does not do, every fifth, tenth and so on."""
    widest = max(map(width, classes), default=0) + 6
    every = next((one for one in (1, 5, 10, 20, 50) if 2 * one * step >= widest), 100)
    lower = 0 if every * step >= widest else 14
    for at, words in enumerate(classes[::every]):
        yield _text(LEFT + (at * every + 0.5) * step, floor + 15 + at % 2 * lower, words, "middle")


def _rows(figure: Figure, number: Number) -> tuple[int, list[str]]:
    """Bars that lie beneath their words, so that these may be long."""
    values = figure.series[0].values
    most = max(values, default=0) or 1
    parts = [_text(6, TOP + 4, f"{figure.unit} · {figure.of}" if figure.unit else figure.of, "start", slant="italic")]
    y = TOP + 22
    for words, value in zip(figure.classes, values, strict=True):
        wide = (WIDE - 80) * value / most
        parts.append(_text(6, y, cut(words, WIDE - 12), "start"))
        parts.append(_box(6, y + 5, wide, 13, figure.name, 0))
        parts.append(_text(12 + wide, y + 16, number(value), "start"))
        y += ROW
    return int(y), parts


def _rose(figure: Figure, number: Number) -> tuple[int, list[str]]:
    """Sectors whose areas are the numbers, the first class straight up, clockwise."""
    high, x, y, reach = 430, WIDE / 2, 228.0, 160.0
    columns = list(zip(*(one.values for one in figure.series), strict=True))
    most = max(map(sum, columns), default=0) or 1
    parts = [_text(6, TOP, figure.of, "start"), _text(6, TOP + 16, figure.unit, "start")]
    for value in _steps(most)[1:]:
        if value <= most:
            r = reach * sqrt(value / most)
            parts.append(f'<circle cx="{x}" cy="{y}" r="{r:.1f}" fill="none" stroke="{LINE}"/>')
            parts.append(_text(x + r * sin(pi / 16) + 2, y - r * cos(pi / 16) - 2, number(value), "start", 10))
    turn = 2 * pi / max(1, len(columns))
    for at, column in enumerate(columns):
        parts += _sectors(figure.name, column, (x, y, (at - 0.42) * turn, (at + 0.42) * turn), reach / sqrt(most))
        far = reach + 24
        parts.append(_text(x + far * sin(at * turn), y - far * cos(at * turn) + 4, figure.classes[at], "middle"))
    return high, parts


def _sectors(name: str, column: Sequence[float], frame: Frame, scale: float) -> Iterator[str]:
    x, y, begin, end = frame
    inner = 0.0
    for at, value in enumerate(column):
        outer = sqrt(inner**2 + value * scale**2)
        if value:
            corners = ((inner, begin), (outer, begin), (outer, end), (inner, end))
            a, b, c, d = ((x + r * sin(t), y - r * cos(t)) for r, t in corners)
            yield (
                f'<path d="M{a[0]:.1f} {a[1]:.1f}L{b[0]:.1f} {b[1]:.1f}A{outer:.1f} {outer:.1f} 0 0 1 {c[0]:.1f}'
                f' {c[1]:.1f}L{d[0]:.1f} {d[1]:.1f}A{inner:.1f} {inner:.1f} 0 0 0 {a[0]:.1f} {a[1]:.1f}Z"'
                f' fill="url(#{name}-{at % FILLS})" stroke="{INK}"/>'
            )
        inner = outer


def _legend(figure: Figure, y: int) -> Iterator[tuple[int, str]]:
    """Each series with its pattern, with the row it stands in; none where there is one series only."""
    x, row = 10.0, 0
    for at, one in enumerate(figure.series if len(figure.series) > 1 else ()):
        wide = 40 + width(one.label)
        if x + wide > WIDE and x > 10:
            x, row = 10.0, row + 1
        top = y + row * LEGEND_ROW
        yield row, _box(x, top, 20, 13, figure.name, at) + _text(x + 25, top + 11, one.label, "start")
        x += wide


def _patterns(name: str) -> str:
    """Fills that can be told apart without colour."""
    line = f'stroke="{INK}" stroke-width="1.6" fill="none"'
    told = (
        f'<rect width="8" height="8" fill="{INK}"/>', "", f'<path d="M-2 2l4-4M0 8l8-8M6 10l4-4" {line}/>',
        f'<circle cx="2" cy="2" r="1.3" fill="{INK}"/><circle cx="6" cy="6" r="1.3" fill="{INK}"/>',
        f'<path d="M0 4h8" {line}/>', f'<path d="M0 0l8 8M8 0l-8 8" {line}/>',
        '<rect width="8" height="8" fill="#aab4b9"/>',
    )  # fmt: skip
    return "<defs>" + "".join(
        f'<pattern id="{name}-{at}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{PAPER}"/>{one}</pattern>'
        for at, one in enumerate(told)
    ) + "</defs>"  # fmt: skip


def _box(x: float, y: float, wide: float, high: float, name: str, at: int) -> str:
    if not wide or not high:
        return ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="url(#{name}-{at % FILLS})"'
        f' stroke="{INK}"/>'
    )


def _text(
    x: float, y: float, words: str, anchor: str, size: int = 12, *, weight: str = "normal", slant: str = "normal"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}"'
        f' font-style="{slant}">{marked(words)}</text>'
    )


def _steps(most: float) -> list[float]:
    """Round numbers from nought to beyond the most, four to six of them."""
    if most <= 0:
        return [0, 1]
    step = 1
    while most / step > 5:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return [step * at for at in range(int(-(-most // step)) + 1)]
