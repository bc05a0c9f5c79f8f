"""The words for flags. Those of a rule take their numbers from the ladder."""

from outcomes.disengagement.models import FlagRule, Resolution
from outcomes.disengagement.rules import Ladder

RULES: dict[FlagRule, str] = {
    FlagRule.UNANSWERED_TRIES: "{tries} without an answer",
    FlagRule.NO_CONTACT: "{silent_days} without contact",
    FlagRule.RAISED_BY_WORKER: "Somebody is worried",
}
RESOLUTIONS: dict[Resolution, str] = {
    Resolution.SAFE_AND_IN_TOUCH: "Safe and in touch",
    Resolution.BUSY: "Busy with work or learning",
    Resolution.DISENGAGED_BY_CHOICE: "Chose to stop",
    Resolution.MOVED: "Moved, and handed over",
    Resolution.REPORTED_MISSING: "Missing, and reported",
}
RESOLUTION_HINTS: dict[Resolution, str] = {
    Resolution.SAFE_AND_IN_TOUCH: "Somebody has spoken to them",
    Resolution.BUSY: "Known to be at work or learning",
    Resolution.DISENGAGED_BY_CHOICE: "They said so alone, in their language; they can come back",
    Resolution.MOVED: "Somebody has accepted the hand-over",
    Resolution.REPORTED_MISSING: "A safeguarding report was made",
}


def rule_words(rule: FlagRule, ladder: Ladder) -> str:
    """The rule as this ladder has it: `3 tries without an answer`."""
    return RULES[rule].format(
        tries=_counted(ladder.tries, "try", "tries"),
        silent_days=_counted(ladder.silent_days, "day", "days"),
    )


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
