"""The words for why a prompt did not go out, and for what came back."""

from outcomes.prompts.inbox.replies import Answer
from outcomes.prompts.models import CancelReason, MessageKind, NotReady

NOT_READY: dict[NotReady, str] = {
    NotReady.UNREAD_MESSAGE: "A message from this number has not been read yet.",
    NotReady.NOT_IN_LANGUAGE: "There is no approved wording in their language.",
    NotReady.NOT_ACCEPTED: "Your administrator has not accepted the wording yet.",
}
CANCELLED: dict[CancelReason, str] = {
    CancelReason.NUMBER_CHANGED: "The number changed after this was planned.",
    CancelReason.PROFILE_CHANGED: "The safe-contact profile changed after this was planned.",
    CancelReason.SCHEDULE_CHANGED: "The schedule changed after this was planned.",
    CancelReason.NUMBER_FROZEN: "The number was put on hold after this was planned.",
    CancelReason.PATHWAY_ENDED: "The pathway has ended.",
    CancelReason.OPTED_OUT: "Texts were stopped after this was planned.",
    CancelReason.ARRIVED_AFTER_ALL: "The message that it was to repeat arrived after all.",
}
REPLIES: dict[MessageKind, str] = {
    MessageKind.ANSWER: "Answered our text",
    MessageKind.OPT_OUT: "Asked to stop texts",
    MessageKind.DURESS: "Urgent reply",
    MessageKind.WRONG_NUMBER: "Said it is a wrong number",
    MessageKind.FREE_TEXT: "Replied",
    MessageKind.UNKNOWN_NUMBER: "Text from an unknown number",
    MessageKind.SHARED_NUMBER: "Text from a number that two people share",
    MessageKind.STAFF_PHONE: "Text from a colleague’s phone",
}
ANSWERS: dict[Answer, str] = {
    Answer.FINE: "Fine",
    Answer.NOT_SO_GOOD: "Not so good",
    Answer.PLEASE_CALL: "Please call",
}
