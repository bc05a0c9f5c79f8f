"""The words for what a person has to look at."""

from outcomes.tasks.models import TaskKind

TASKS: dict[TaskKind, str] = {
    TaskKind.DURESS: "Urgent: not free to talk",
    TaskKind.ASKED_FOR_CALL: "Asked for a call",
    TaskKind.UNREAD_REPLY: "A reply to read",
    TaskKind.OPTED_OUT: "Texts were stopped",
    TaskKind.WRONG_NUMBER: "Wrong number",
    TaskKind.URGENT_NEED: "Urgent need",
    TaskKind.PROMPT_UNCONFIRMED: "A text that may not have gone out",
    TaskKind.PROMPT_FAILED: "A text could not be sent",
    TaskKind.SHARED_PHONE: "One number, two people",
    TaskKind.DISENGAGEMENT: "Safety flag",
    TaskKind.ALERT_FAILED: "A colleague’s phone could not be alerted",
}
