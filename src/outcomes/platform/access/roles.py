"""Roles: what each may do, and which data keys it may open."""

from enum import StrEnum

from outcomes.platform.encryption import KeyKind


class Role(StrEnum):
    """What an account is for. One role an account."""

    SUPPORT_WORKER = "support_worker"
    TEAM_LEAD = "team_lead"
    PROVIDER_ADMIN = "provider_admin"
    ANALYST = "analyst"


class Permission(StrEnum):
    """What a handler needs. Every handler declares exactly one, or that it is public."""

    OWN_ACCOUNT = "own_account"
    SEE_SURVIVORS = "see_survivors"
    REGISTER_SURVIVORS = "register_survivors"
    RECORD_WORK = "record_work"
    SEND_PROMPTS = "send_prompts"
    READ_INBOX = "read_inbox"
    SEE_TEAM = "see_team"
    MANAGE_PEOPLE = "manage_people"
    SEE_KPIS = "see_kpis"
    SEE_EXACT_KPIS = "see_exact_kpis"
    EXPORT_KPIS = "export_kpis"


_WORK = frozenset(
    {
        Permission.OWN_ACCOUNT,
        Permission.SEE_SURVIVORS,
        Permission.REGISTER_SURVIVORS,
        Permission.RECORD_WORK,
        Permission.SEND_PROMPTS,
        Permission.READ_INBOX,
    }
)
_FIGURES = frozenset({Permission.SEE_KPIS, Permission.EXPORT_KPIS})

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.SUPPORT_WORKER: _WORK,
    Role.TEAM_LEAD: _WORK | _FIGURES | {Permission.SEE_TEAM, Permission.SEE_EXACT_KPIS},
    Role.PROVIDER_ADMIN: _FIGURES
    | {
        Permission.OWN_ACCOUNT,
        Permission.SEE_TEAM,
        Permission.MANAGE_PEOPLE,
        Permission.SEE_EXACT_KPIS,
    },
    Role.ANALYST: _FIGURES | {Permission.OWN_ACCOUNT},
}

KEY_KINDS: dict[Role, frozenset[KeyKind]] = {
    Role.SUPPORT_WORKER: frozenset(KeyKind),
    Role.TEAM_LEAD: frozenset(KeyKind),
    Role.PROVIDER_ADMIN: frozenset({KeyKind.STAFF}),
    Role.ANALYST: frozenset({KeyKind.STAFF}),
}
"""People who only see figures, or only manage accounts, can never open a survivor's data."""
