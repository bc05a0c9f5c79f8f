"""The words for roles, and for those who have to act."""

from collections.abc import Iterable

from outcomes.platform.access.roles import Role
from outcomes.providers.models import Responsible

ROLES: dict[Role, str] = {
    Role.SUPPORT_WORKER: "Support worker",
    Role.TEAM_LEAD: "Team lead",
    Role.PROVIDER_ADMIN: "Administrator",
    Role.ANALYST: "Analyst",
}
ROLE_USES: dict[Role, str] = {
    Role.SUPPORT_WORKER: "Supports people on their own list",
    Role.TEAM_LEAD: "Sees everybody whom their team supports",
    Role.PROVIDER_ADMIN: "Looks after staff and settings; cannot open a survivor’s record",
    Role.ANALYST: "Sees figures only",
}
RESPONSIBLE: dict[Responsible, str] = {
    Responsible.SUPPORT_WORKER: "the support worker",
    Responsible.TEAM_LEAD: "the team lead",
    Responsible.SAFEGUARDING_LEAD: "the safeguarding lead",
}


def one_of(roles: Iterable[Role]) -> str:
    """`a support worker or a team lead`."""
    articles = {Role.PROVIDER_ADMIN: "an", Role.ANALYST: "an"}
    return " or ".join(f"{articles.get(role, 'a')} {ROLES[role].lower()}" for role in roles)
