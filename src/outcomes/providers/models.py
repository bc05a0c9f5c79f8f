"""Providers, accounts and teams."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from outcomes.errors import NotFound
from outcomes.platform.access.roles import Role
from outcomes.platform.calendar import UkPart
from outcomes.platform.encryption import Stored
from outcomes.platform.inputs import Input, ShortText

SignInName = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=80,
        pattern=r"^[^\s]+$",
        extra={"remedy": "Enter a sign-in name of 3 to 80 characters, without spaces."},
    ),
]


class Responsible(StrEnum):
    """Who is responsible for a survivor; a flag escalates from one to the next."""

    SUPPORT_WORKER = "support_worker"
    TEAM_LEAD = "team_lead"
    SAFEGUARDING_LEAD = "safeguarding_lead"


class NewProvider(Input, frozen=True):
    """What `outcomes providers create` asks for. Numbers are E.164."""

    name: ShortText
    uk_part: UkPart
    admin_name: ShortText
    admin_sign_in_name: SignInName
    survivors_number: str
    staff_number: str


class NewAccount(Input, frozen=True):
    """A new account. `phone` (E.164) is for alerts; most accounts have none."""

    name: ShortText
    sign_in_name: SignInName
    role: Role
    team_id: UUID | None = None
    phone: str | None = None


class AccountRole(Input, frozen=True):
    """The new role and team of an account."""

    role: Role
    team_id: UUID | None = None


class NewTeam(Input, frozen=True):
    """A new team."""

    name: ShortText


class AccountDetails(Stored, frozen=True):
    """What is encrypted of an account, under the provider's staff key."""

    name: str
    sign_in_name: str
    phone: str | None


class Account(Struct, frozen=True):
    """A member of staff, as their colleagues see them."""

    id: UUID
    role: Role
    team_id: UUID | None
    active: bool
    name: str
    sign_in_name: str
    has_phone: bool
    on_call: bool

    def __repr__(self) -> str:
        return f"Account({self.id}, <protected>)"


class Staff(Struct, frozen=True):
    """The accounts of a provider, and the names of its teams by id."""

    accounts: tuple[Account, ...]
    teams: dict[UUID, str]

    def get(self, account_id: UUID) -> Account:
        """One of them. Raises NotFound."""
        found = next((one for one in self.accounts if one.id == account_id), None)
        if found is None:
            raise NotFound
        return found


class Duty(Struct, frozen=True):
    """Who is on call, and whose bank holidays count for deadlines."""

    uk_part: UkPart
    on_call_account_id: UUID | None


class Provider(Struct, frozen=True):
    """An organisation: its name, whose bank holidays it keeps, and who is on call."""

    id: UUID
    name: str
    uk_part: UkPart
    on_call_account_id: UUID | None
