"""The rules of sense: every one is asked, and everything found is told at once, errors first."""

from collections.abc import Callable, Iterator, Sequence

from banding.domain.rules import birds_, codes_, dates_, hand_, history_, places_, rings_, stock_
from banding.domain.rules.case import SEVERITIES, Case, Finding, SchemeFacts, Tables

__all__ = ["RULES", "Case", "Finding", "Rule", "SchemeFacts", "Tables", "judge"]

Rule = Callable[[Case], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    *dates_.RULES,
    *rings_.RULES,
    *stock_.RULES,
    *birds_.RULES,
    *codes_.RULES,
    *hand_.RULES,
    *places_.RULES,
    *history_.RULES,
)
"""All rules in the order in which their findings are told within one severity."""


def judge(case: Case, rules: Sequence[Rule] = RULES) -> list[Finding]:
    """Everything the rules find in a record, errors first; a withdrawn one claims nothing."""
    if case.me.withdrawn:
        return []
    found = [finding for rule in rules for finding in rule(case)]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))
