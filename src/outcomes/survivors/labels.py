"""The words for consents, for parts of the caseload, and for why somebody is not contacted."""

from outcomes.survivors.models import CONFIRMATION_LASTS, Decision, NotSafe, Purpose, Show

PURPOSES: dict[Purpose, str] = {
    Purpose.CALL: "Phone calls",
    Purpose.SMS: "Texts",
    Purpose.SHARING: "Sharing",
}
CONSENT_QUESTIONS: dict[Purpose, str] = {
    Purpose.CALL: "We may phone them, in the way and at the times they say are safe",
    Purpose.SMS: "We may text them short messages that say nothing about us",
    Purpose.SHARING: "We may share what they agree to with other services that support them",
}
"""Wording 2026-11 (see CONSENT_WORDING): a change of words is a new version."""

DECISIONS: dict[Decision, str] = {
    Decision.GIVEN: "Agreed",
    Decision.WITHDRAWN: "Withdrawn",
}
SHOW: dict[Show, str] = {
    Show.ALL: "All",
    Show.FLAGGED: "Flagged",
    Show.PAUSED: "Nothing planned",
}
NOT_SAFE: dict[NotSafe, str] = {
    NotSafe.NO_CONSENT: "They have not agreed to it.",
    NotSafe.NO_SAFE_CONTACT: "Nobody has recorded yet how it is safe to reach them.",
    NotSafe.NOT_CONFIRMED_LATELY: (
        f"Safe contact was not confirmed in the last {CONFIRMATION_LASTS.days} days."
    ),
    NotSafe.NOT_THIS_WAY: "They have not said that this way is safe.",
    NotSafe.PHONE_IS_WATCHED: "Somebody else may read their phone.",
    NotSafe.NO_PHONE: "There is no number on record.",
    NotSafe.OPTED_OUT: "They, or somebody with their phone, stopped our texts.",
    NotSafe.NUMBER_FROZEN: "The number is on hold until they confirm it by voice.",
    NotSafe.SHARED_NUMBER: "Another person on record has the same number.",
    NotSafe.UNREAD_MESSAGE: "A message from this number has not been read yet.",
    NotSafe.OUTSIDE_HOURS: "It is outside their safe hours.",
}
"""Each reason in a sentence, for their worker."""
