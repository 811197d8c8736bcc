"""The same verdicts as asking every rule, faster: what most records have in common is looked at once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from banding.domain import rings
from banding.domain.encounters import Encounter
from banding.domain.places import inside, is_area
from banding.domain.rules import RULES, Rule, birds_, codes_, dates_, hand_, history_, judge, places_, rings_, stock_
from banding.domain.rules.case import Case, Finding, Tables
from banding.domain.stock import Series, usual

CODES = (
    "kind", "species", "species_code", "species_mentioned_code", "sex", "sexing_method", "age", "status", "manner",
    "condition", "circumstances", "catching_method", "ring_information", "brood_size", "pullus_age",
    "pullus_age_accuracy",
)  # fmt: skip
"""All that the rules of codes look at, and nothing else."""
OF_CODES: tuple[Rule, ...] = (
    birds_.species_concluded, birds_.species_unknown, birds_.brood, codes_.chick_status, codes_.chick_caught,
    codes_.chick_age, codes_.ring_information, codes_.manner, codes_.circumstances, codes_.species_code, hand_.sexing,
)  # fmt: skip
OF_HISTORY: tuple[Rule, ...] = (
    history_.recovery_before_banding, history_.alive_again, history_.banded_twice, history_.species_differs,
    history_.sex_differs, history_.age_falls, history_.speed, history_.twin,
)  # fmt: skip
MOST_REMEMBERED = 50_000


class Quick:
    """Judges records of other nodes by the tables of one moment.

    Beside some rules stands a question that tells for most records, at one look, that none of those rules would
    find anything; only where it is not sure they are asked. A rule beside which no question stands is always asked.
    """

    def __init__(self, tables: Tables, today: date) -> None:
        self.tables, self.today = tables, today
        self._codes: dict[tuple[Any, ...], bool] = {}
        self._ranges: dict[str, Mapping[str, hand_.Range]] = {}
        self._series: dict[tuple[str, str], Sequence[Series]] = {}
        self.questions: tuple[tuple[Callable[[Mapping[str, Any], Encounter], bool], tuple[Rule, ...]], ...] = (
            (self._day, (dates_.in_the_future, dates_.long_ago)),
            (self._ring, (rings_.pattern, rings_.gaps)),
            (self._made_for, (stock_.series,)),
            (self._told, OF_CODES),
            (self._measured, (birds_.method, birds_.fat_method, hand_.far, hand_.build, hand_.moult)),
            (self._placed, (places_.zero, places_.swapped, places_.minutes, places_.region, places_.point_at_sea,
                            places_.rounding)),
        )  # fmt: skip
        passed = {rule for _, rules in self.questions for rule in rules} | set(OF_HISTORY)
        # These speak of what is entered at a node with a stock of its own, and of rings somebody looked up.
        passed |= set() if tables.stock else {stock_.in_stock}
        passed |= set() if tables.near_rings else {rings_.letters}
        passed |= set() if tables.entered_here else {rings_.foreign}
        self._always = frozenset(RULES) - passed

    def judge(self, record: Mapping[str, Any], me: Encounter, history: Sequence[Encounter]) -> list[Finding]:
        """Everything the rules find in a record, errors first; the same as `rules.judge`."""
        if me.withdrawn:
            return []
        asked = [rules for is_sound, rules in self.questions if not is_sound(record, me)]
        if any(e.id != me.id and not e.withdrawn for e in history):
            asked.append(OF_HISTORY)
        if not asked and not self._always:
            return []
        wanted = self._always.union(*asked)
        case = Case(record, me, history, self.today, self.tables)
        return judge(case, [rule for rule in RULES if rule in wanted])

    def _day(self, _record: Mapping[str, Any], me: Encounter) -> bool:
        return dates_.FIRST_RINGS <= me.day <= self.today

    def _ring(self, _record: Mapping[str, Any], me: Encounter) -> bool:
        scheme = self.tables.schemes.get(me.scheme)
        if scheme is None or me.ring_key is None:
            return True
        return rings.fits(me.ring_key, scheme.pattern) and not rings.is_partial(me.ring, scheme.pattern, scheme.example)

    def _made_for(self, _record: Mapping[str, Any], me: Encounter) -> bool:
        if me.ring_key is None or not (me.is_banding or me.replaces):
            return True
        made_for = self._series.get((me.scheme, me.species))
        if made_for is None:
            made_for = usual(self.tables.series, me.scheme, self._accepted(me.species))
            _remember(self._series, (me.scheme, me.species), made_for)
        return not made_for or any(one.has(me.ring_key) for one in made_for)

    def _told(self, record: Mapping[str, Any], me: Encounter) -> bool:
        """Whether the codes go together, asked of the rules once for each that occur together."""
        codes = tuple(map(record["core"].get, CODES))
        is_sound = self._codes.get(codes)
        if is_sound is None:
            is_sound = not judge(Case(record, me, (), self.today, self.tables), OF_CODES)
            _remember(self._codes, codes, is_sound)
        return is_sound

    def _measured(self, record: Mapping[str, Any], me: Encounter) -> bool:
        told = record.get("measurements")
        if not told:
            return True
        ranges = self._ranges.get(me.species)
        if ranges is None:
            ranges = self._usual(me.species)
            _remember(self._ranges, me.species, ranges)
        for field, value in told.items():
            usual_for = ranges.get(field)
            if usual_for is not None and not usual_for[0] <= value <= usual_for[1]:
                return False
        return self._is_built(told, me.species) and (
            ("fat" not in told or "fat_method" in told)
            and ("bill" not in told or "bill_method" in told)
            and ("tarsus" not in told or "tarsus_method" in told)
            and ("primary_score" not in told or "primary_moult" not in told)
        )

    def _is_built(self, told: Mapping[str, Any], species: str) -> bool:
        if "mass" not in told or "wing" not in told:
            return True
        low, high = hand_.masses(self.tables.species.by_name(species), told["wing"])
        return bool(low <= told["mass"] <= high)

    def _usual(self, species: str) -> dict[str, hand_.Range]:
        near = hand_.usual(self.tables.means.get(self._accepted(species), {}))
        found = {}
        for field, (low, high) in hand_.bounds(self.tables.species.by_name(species)).items():
            least, most = near.get(field, (low, high))
            found[field] = (max(low, least), min(high, most))
        return found

    def _placed(self, record: Mapping[str, Any], me: Encounter) -> bool:
        point, tables = me.point, self.tables
        if point is None:
            return True
        box = tables.boxes.get(me.place_code or "")
        if point == places_.ZERO or (box is not None and not inside(point, box)):
            return False
        if tables.land is not None and not tables.land.is_near(point):
            return False
        told = None if me.coarse else record.get("area")
        return not told or is_area(told.get("latitude"), told.get("longitude"), point)

    def _accepted(self, species: str) -> str:
        known = self.tables.species.by_name(species)
        return known.scientific_name if known else species


def _remember(memory: dict[Any, Any], key: Any, value: Any) -> None:
    """Keep an answer; a file of names that nobody has must not fill the memory of a node for good."""
    if len(memory) >= MOST_REMEMBERED:
        memory.clear()
    memory[key] = value
