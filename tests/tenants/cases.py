"""For every route that names an id: who may use it, and a body that succeeds for its owner.

A key is `METHOD path`, as the router has them. A route that is in neither table fails the test.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import msgspec

from outcomes.platform.access.roles import Role
from tests.tenants.world import Ids

Fields = Mapping[str, Any]
Body = Callable[[Ids], Fields]


class Case(msgspec.Struct, frozen=True):
    """`json` or `form` make the body from ids.

    `names` are the ids that the body names besides those in the path; `spends` says that it
    succeeds once, so its owner is a provider of its own.
    """

    role: Role = Role.SUPPORT_WORKER
    json: Body | None = None
    form: Body | None = None
    names: tuple[str, ...] = ()
    spends: bool = False


def _form(role: Role = Role.SUPPORT_WORKER, *, spends: bool = False, **fields: Any) -> Case:
    return Case(role=role, form=lambda _: fields, spends=spends)


def _json(*, spends: bool = False, **fields: Any) -> Case:
    return Case(json=lambda _: fields, spends=spends)


_WORKER, _LEAD, _ADMIN = Role.SUPPORT_WORKER, Role.TEAM_LEAD, Role.PROVIDER_ADMIN
_PEOPLE = "/people/{survivor_id:uuid}"
_API = "/api/v1/survivors/{survivor_id:uuid}"
_STAFF = "/staff/{account_id:uuid}"
_DAY = "2026-01-05"
_LOW: Any = "low"
_THREE: Any = "3"

_SAFE_CONTACT: dict[str, Any] = {
    "hours": {"monday": [{"opens": 540, "closes": 1020}]},
    "may_call": True,
    "may_text": True,
}
_OUTCOMES: dict[str, Any] = {
    "instrument": "six-domains",
    "version": "1.0",
    "stage": "entry",
    "assessed_on": _DAY,
}
_NEEDS: dict[str, Any] = {"instrument": "needs-eight", "version": "1.0", "assessed_on": _DAY}
_RESOLUTION: dict[str, Any] = {
    "resolution": "safe_and_in_touch",
    "how": "We spoke alone",
    "by_whom": "Their worker",
    "ascertained_on": _DAY,
}

_READS = {
    **{
        f"GET {_PEOPLE}{page}": Case()
        for page in (
            "",
            "/safe-contact",
            "/consents",
            "/number",
            "/needs",
            "/outcomes",
            "/progress",
            "/enrol",
            "/exit-date",
            "/schedule",
            "/review",
            "/check-in",
            "/visit",
            "/no-answer",
            "/drop-in",
            "/activity",
            "/flags",
            "/flags/{flag_id:uuid}",
        )
    },
    **{
        f"GET {_API}{path}": Case()
        for path in (
            "",
            "/consents",
            "/safe-contact",
            "/needs-assessments",
            "/outcome-assessments",
            "/pathway",
            "/schedule",
            "/reviews",
            "/check-ins",
            "/contact-attempts",
            "/activities",
            "/flags",
            "/timeline",
            "/prompts",
        )
    },
    **{f"GET {_STAFF}{page}": Case(_ADMIN) for page in ("", "/role", "/link", "/disable")},
    **{
        f"GET {path}": Case(_LEAD)
        for path in (
            "/results/exports/{export_id:uuid}",
            "/results/exports/{export_id:uuid}/file",
            "/api/v1/exports/{export_id:uuid}",
            "/api/v1/exports/{export_id:uuid}/file",
        )
    },
    "GET /inbox/{message_id:uuid}": Case(),
}

_PAGES = {
    f"POST {_PEOPLE}/safe-contact": _form(when="always", may_call="true", may_text="true"),
    f"POST {_PEOPLE}/safe-contact/confirm": _form(version="1", spends=True),
    f"POST {_PEOPLE}/consents": _form(purpose="sharing", decision="given"),
    f"POST {_PEOPLE}/number/show": _form(),
    f"POST {_PEOPLE}/number": _form(phone="07700 900402"),
    f"POST {_PEOPLE}/number/confirm": _form(),
    f"POST {_PEOPLE}/needs": _form(**_NEEDS, **{"areas.money.level": _LOW}),
    f"POST {_PEOPLE}/outcomes": _form(**_OUTCOMES, **{"answers.rest": _THREE}),
    f"POST {_PEOPLE}/exit-date": _form(exit_on="2026-02-10", version="1", spends=True),
    f"POST {_PEOPLE}/review": _form(what_changed="A new flat", decision="continue"),
    f"POST {_PEOPLE}/check-in": Case(
        form=lambda ids: {"wellbeing": "fine", "planned_contact_id": ids.planned_contact_id},
        names=("planned_contact_id",),
        spends=True,
    ),
    f"POST {_PEOPLE}/visit": Case(
        form=lambda ids: {
            "wellbeing": "fine",
            "channel": "visit",
            "corrects_id": ids.check_in_id,
        },
        names=("check_in_id",),
    ),
    f"POST {_PEOPLE}/no-answer": Case(
        form=lambda ids: {
            "outcome": "no_answer",
            "reason": "at_work",
            "planned_contact_id": ids.planned_contact_id,
        },
        names=("planned_contact_id",),
    ),
    f"POST {_PEOPLE}/drop-in": _form(attended_on=_DAY),
    f"POST {_PEOPLE}/activity": _form(kind="work", change="started", happened_on=_DAY),
    "POST /people/{new_survivor_id:uuid}/flags": _form(note="Seems very low", spends=True),
    f"POST {_PEOPLE}/flags/{{flag_id:uuid}}/resolution": _form(**_RESOLUTION, spends=True),
    f"POST {_PEOPLE}/prompts": _form(spends=True),
    "POST /people/{new_survivor_id:uuid}/enrol": _form(spends=True),
    "POST /inbox/{message_id:uuid}/handled": _form(spends=True),
    "POST /tasks/{task_id:uuid}/done": _form(_WORKER, spends=True),
    "POST /account/sessions/{session_id:uuid}/end": _form(spends=True),
}

_TEAM = {
    f"POST {_STAFF}/role": Case(
        _ADMIN,
        form=lambda ids: {"role": "support_worker", "team_id": ids.team_id},
        names=("team_id",),
        spends=True,
    ),
    f"POST {_STAFF}/link": _form(_ADMIN, spends=True),
    f"POST {_STAFF}/disable": _form(_ADMIN, spends=True),
    "POST /staff/on-call": Case(
        _ADMIN,
        form=lambda ids: {"account_id": ids.lead_id},
        names=("lead_id",),
    ),
    "POST /staff/new": Case(
        _ADMIN,
        form=lambda ids: {
            "name": "New Person",
            "sign_in_name": f"new-{uuid4().hex[:12]}",
            "role": "support_worker",
            "team_id": ids.team_id,
        },
        names=("team_id",),
    ),
    "POST /team/cover": Case(
        _LEAD,
        form=lambda ids: {
            "absent_account_id": ids.lead_id,
            "cover_account_id": ids.account_id,
            "from_on": "2026-12-01",
            "until_on": "2026-12-05",
        },
        names=("lead_id", "account_id"),
    ),
}

_APIS = {
    f"POST {_API}/consents": _json(purpose="sharing", decision="given"),
    f"POST {_API}/safe-contact": _json(**_SAFE_CONTACT),
    f"POST {_API}/needs-assessments": _json(**_NEEDS, areas={"money": {"level": "low"}}),
    f"POST {_API}/outcome-assessments": _json(**_OUTCOMES, answers={"rest": 3}),
    "POST /api/v1/survivors/{new_survivor_id:uuid}/pathway": _json(spends=True),
    f"PATCH {_API}/pathway": _json(exit_on="2026-02-10", version=1, spends=True),
    f"POST {_API}/reviews": _json(what_changed="A new flat", decision="continue"),
    f"POST {_API}/check-ins": Case(
        json=lambda ids: {"wellbeing": "fine", "planned_contact_id": str(ids.planned_contact_id)},
        names=("planned_contact_id",),
        spends=True,
    ),
    f"POST {_API}/contact-attempts": Case(
        json=lambda ids: {
            "outcome": "no_answer",
            "reason": "at_work",
            "planned_contact_id": str(ids.planned_contact_id),
        },
        names=("planned_contact_id",),
    ),
    f"POST {_API}/activities": _json(kind="work", change="started", happened_on=_DAY),
    "POST /api/v1/survivors/{new_survivor_id:uuid}/flags": _json(note="Low", spends=True),
    f"POST {_API}/flags/{{flag_id:uuid}}/resolution": _json(**_RESOLUTION, spends=True),
    f"POST {_API}/prompts": _json(spends=True),
    "POST /api/v1/drop-ins": Case(
        json=lambda ids: {"survivor_id": str(ids.survivor_id), "attended_on": _DAY},
        names=("survivor_id",),
    ),
    "POST /api/v1/inbox/{message_id:uuid}/handled": _json(spends=True),
}

CASES: dict[str, Case] = {**_READS, **_PAGES, **_TEAM, **_APIS}

NAMES_NO_ID = {
    "GET /",
    "GET /account",
    "GET /api/v1/docs",
    "GET /api/v1/drop-ins",
    "GET /api/v1/exports",
    "GET /api/v1/inbox",
    "GET /api/v1/kpis",
    "GET /api/v1/openapi.json",
    "GET /api/v1/planned-contacts",
    "GET /api/v1/survivors",
    "GET /closed",
    "GET /confirm-password",
    "GET /healthz",
    "GET /inbox",
    "GET /people",
    "GET /people/register",
    "GET /readyz",
    "GET /results",
    "GET /results/exports",
    "GET /results/{view:str}/days",
    "GET /results/{view:str}/{first_day:date}/{last_day:date}",
    "GET /results/{view:str}/{first_day:date}/{last_day:date}/export",
    "GET /sign-in",
    "GET /sign-in/link/{token:str}",
    "GET /staff",
    "GET /staff/new",
    "GET /staff/on-call",
    "GET /staff/wording",
    "GET /team",
    "POST /api/v1/exports",
    "POST /api/v1/survivors",
    "POST /confirm-password",
    "POST /people/register",
    "POST /people/search",
    "POST /results/{view:str}/{first_day:date}/{last_day:date}/export",
    "POST /sign-in",
    "POST /sign-in/link/{token:str}",
    "POST /sign-out",
    "POST /staff/teams",
    "POST /staff/wording",
    "POST /webhooks/twilio/inbound",
    "POST /webhooks/twilio/status",
}
"""Routes that name nothing of one provider's. A sign-in link is its own credential; the webhooks, which
are signed, are tried in `test_webhooks.py`."""
