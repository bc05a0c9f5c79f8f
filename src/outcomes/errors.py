"""Every error that the product raises on purpose.

An exception's docstring is its message unless it is given a better one. Nothing here knows HTTP;
`outcomes.platform.web.responses.problems` is the only place that turns an error into a status.

    OutcomesError
    ├── Invalid                  what was entered cannot be accepted; names each field and its remedy
    ├── NotFound                 absent, another provider's, or outside the caller's caseload: one answer
    ├── NotSignedIn              no valid session or token
    ├── Forbidden                the role or token does not allow it
    ├── ReauthenticationNeeded   allowed, once the password has been given again
    ├── Conflict                 somebody else changed it first, or a key was used for something else
    ├── TooLarge                 more than we accept at once
    ├── TooManyTries             wait before the next attempt
    ├── Unavailable              cannot be done now; nothing was changed
    └── SettingsError            the product cannot start; one line, with its remedy
"""

from msgspec import Struct


class FieldProblem(Struct, frozen=True):
    """One field that cannot be accepted. `message` says what to do; it never repeats the value."""

    field: str
    message: str


class OutcomesError(Exception):
    """Something went wrong."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__ or "")

    @property
    def message(self) -> str:
        return str(self.args[0])


class Invalid(OutcomesError):
    """Some of what you entered is not right."""

    def __init__(self, *problems: FieldProblem) -> None:
        super().__init__()
        self.problems = problems

    @classmethod
    def field(cls, field: str, message: str) -> "Invalid":
        """The common case: one field, one remedy."""
        return cls(FieldProblem(field, message))


class NotFound(OutcomesError):
    """This does not exist, or you do not have access to it."""


class NotSignedIn(OutcomesError):
    """Please sign in."""


class Forbidden(OutcomesError):
    """Your account does not allow this."""


class ReauthenticationNeeded(OutcomesError):
    """Please confirm your password first."""


class Conflict(OutcomesError):
    """Somebody else has changed this. Check it before you save again."""


class TooLarge(OutcomesError):
    """This is larger than the limit."""


class TooManyTries(OutcomesError):
    """Too many attempts. Please wait before you try again."""

    def __init__(self, wait_seconds: int) -> None:
        super().__init__()
        self.wait_seconds = wait_seconds


class Unavailable(OutcomesError):
    """The service is unavailable. Nothing was changed; please try again."""


class SettingsError(OutcomesError):
    """The product cannot start with these settings."""
