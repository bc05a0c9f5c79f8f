"""The web application, wired; read it from top to bottom."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from types import ModuleType
from typing import Any

from litestar import Litestar, Request
from litestar.di import Provide

from outcomes.assessments import api as assessments_api
from outcomes.assessments import labels as assessments_labels
from outcomes.assessments import pages as assessment_pages
from outcomes.assessments.instruments import Instruments, shipped_instruments
from outcomes.casework import api as casework_api
from outcomes.casework import labels as casework_labels
from outcomes.casework import pages as casework_pages
from outcomes.casework.number import pages as number_pages
from outcomes.casework.people import pages as people_pages
from outcomes.casework.schedule import pages as schedule_pages
from outcomes.check_ins import api as check_ins_api
from outcomes.check_ins import labels as check_ins_labels
from outcomes.check_ins import pages as check_ins_pages
from outcomes.disengagement import api as disengagement_api
from outcomes.disengagement import labels as disengagement_labels
from outcomes.disengagement import pages as disengagement_pages
from outcomes.disengagement.rules import DEFAULT_LADDER, Ladder
from outcomes.kpis import api as kpis_api
from outcomes.kpis import labels as kpis_labels
from outcomes.kpis import pages as kpis_pages
from outcomes.messaging import labels as messaging_labels
from outcomes.messaging.gateways.signed_requests import GatewayAccount
from outcomes.messaging.producers import Producers
from outcomes.messaging.statuses import webhooks
from outcomes.operations import health
from outcomes.pathways import api as pathways_api
from outcomes.pathways import labels as pathways_labels
from outcomes.pathways import pages as pathway_pages
from outcomes.pathways.follow_ups import pages as outcome_pages
from outcomes.pathways.reviews import pages as review_pages
from outcomes.platform.access.models import Caller
from outcomes.platform.access.passwords import Passwords
from outcomes.platform.access.roles import Permission
from outcomes.platform.access.scopes import Scopes
from outcomes.platform.clock import Clock
from outcomes.platform.db import Database
from outcomes.platform.encryption import AES_GCM, FieldCipher, KeyRing
from outcomes.platform.web.pages.templating import NavigationItem, Pages
from outcomes.platform.web.plugin import Web
from outcomes.platform.web.requests.authentication import CredentialKind
from outcomes.platform.web.requests.idempotency import idempotency_key
from outcomes.platform.web.responses.openapi import ApiDocument
from outcomes.platform.web.responses.static import Assets
from outcomes.prompts import api as prompts_api
from outcomes.prompts import labels as prompts_labels
from outcomes.prompts.gate import alert_wording
from outcomes.prompts.inbox import webhooks as inbox_webhooks
from outcomes.prompts.sending.producer import PromptProducer
from outcomes.prompts.wordings import pages as wording_pages
from outcomes.providers import labels as providers_labels
from outcomes.providers import pages as provider_pages
from outcomes.providers.accounts import pages as account_pages
from outcomes.providers.sign_in import pages as signing_in
from outcomes.settings import Settings
from outcomes.survivors import api as survivor_api
from outcomes.survivors import labels as survivors_labels
from outcomes.survivors import pages as survivor_pages
from outcomes.survivors.consents import pages as consent_pages
from outcomes.survivors.safe_contact import pages as contact_pages
from outcomes.tasks import labels as tasks_labels
from outcomes.tasks import pages as task_pages
from outcomes.tasks.alerts import AlertProducer

AUTH_POOL_SIZE = 4

ROUTES: tuple[Any, ...] = (
    *health.ROUTES,
    *signing_in.ROUTES,
    *account_pages.ROUTES,
    *task_pages.ROUTES,
    *provider_pages.ROUTES,
    *survivor_api.ROUTES,
    *survivor_pages.ROUTES,
    *contact_pages.ROUTES,
    *consent_pages.ROUTES,
    *assessments_api.ROUTES,
    *assessment_pages.ROUTES,
    *pathways_api.ROUTES,
    *pathway_pages.ROUTES,
    *review_pages.ROUTES,
    *outcome_pages.ROUTES,
    *check_ins_api.ROUTES,
    *check_ins_pages.ROUTES,
    *disengagement_api.ROUTES,
    *disengagement_pages.ROUTES,
    *casework_api.ROUTES,
    *casework_pages.ROUTES,
    *people_pages.ROUTES,
    *number_pages.ROUTES,
    *kpis_api.ROUTES,
    *kpis_pages.ROUTES,
    *prompts_api.ROUTES,
    *webhooks.ROUTES,
    *inbox_webhooks.ROUTES,
    *wording_pages.ROUTES,
    *schedule_pages.ROUTES,
)

TEMPLATES: dict[str, str] = {
    "providers": "outcomes.providers",
    "tasks": "outcomes.tasks",
    "survivors": "outcomes.survivors",
    "prompts": "outcomes.prompts",
    "assessments": "outcomes.assessments",
    "pathways": "outcomes.pathways",
    "check_ins": "outcomes.check_ins",
    "disengagement": "outcomes.disengagement",
    "casework": "outcomes.casework",
    "kpis": "outcomes.kpis",
}

LABELS: dict[str, ModuleType] = {
    "providers": providers_labels,
    "messaging": messaging_labels,
    "tasks": tasks_labels,
    "survivors": survivors_labels,
    "assessments": assessments_labels,
    "pathways": pathways_labels,
    "check_ins": check_ins_labels,
    "prompts": prompts_labels,
    "disengagement": disengagement_labels,
    "kpis": kpis_labels,
    "casework": casework_labels,
}

NAVIGATION: tuple[NavigationItem, ...] = (
    NavigationItem("Today", "/", "today", Permission.SEE_SURVIVORS),
    NavigationItem("People", "/people", "people", Permission.SEE_SURVIVORS),
    NavigationItem("Inbox", "/inbox", "inbox", Permission.READ_INBOX),
    NavigationItem("Team", "/team", "team", Permission.SEE_TEAM),
    NavigationItem("Results", "/results", "chart", Permission.SEE_KPIS),
    NavigationItem("Staff", "/staff", "people", Permission.MANAGE_PEOPLE),
    NavigationItem("You", "/account", "person", Permission.OWN_ACCOUNT),
)


class SignedIn:
    """Finds the caller behind a credential, for the web."""

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes

    async def authenticate(self, kind: CredentialKind, token: str) -> Caller | None:
        find = self._scopes.session if kind is CredentialKind.SESSION else self._scopes.api_token
        return await find(token)


def create_app(
    settings: Settings,
    *,
    cipher: FieldCipher = AES_GCM,
    clock: Clock | None = None,
    ladder: Ladder = DEFAULT_LADDER,
    instruments: Instruments | None = None,
) -> Litestar:
    """The application for these settings; `cipher` and `clock` are for tests that need others.

    `ladder` is what happens when contact is lost, `instruments` what is assessed with: the shipped ones
    unless given. The worker takes the same two.

    Raises:
        SettingsError: the key store cannot be opened.
    """
    clock = clock or Clock()
    ring = KeyRing.open(settings.keys, cipher=cipher)
    db = Database(settings.database.app, size=settings.pool_size, clock=clock)
    auth = Database(settings.database.auth, size=AUTH_POOL_SIZE, clock=clock)
    scopes = Scopes(auth, ring)
    assets = Assets.load()
    pages = Pages(
        TEMPLATES,
        navigation=NAVIGATION,
        assets=assets,
        csrf_token_for=ring.installation.csrf,
        practice_data_only=settings.practice_data_only,
        labels=LABELS,
    )

    @asynccontextmanager
    async def pools(_: Litestar) -> AsyncIterator[None]:
        await db.open()
        await auth.open()
        yield
        await auth.close()
        await db.close()

    gateway_account = GatewayAccount(
        public_url=settings.public_url,
        account_sid=settings.twilio_account_sid,
        auth_tokens=(settings.twilio_auth_token,),
    )
    dependencies = {
        "caller": Provide(_caller),
        "idempotency_key": Provide(idempotency_key),
        "db": Provide(_always(db)),
        "scopes": Provide(_always(scopes)),
        "passwords": Provide(_always(Passwords())),
        "public_url": Provide(_always(settings.public_url)),
        "gateway_account": Provide(_always(gateway_account)),
        "producers": Provide(_always(producers())),
        "ladder": Provide(_always(ladder)),
        "instruments": Provide(_always(instruments or shipped_instruments())),
    }
    api = ApiDocument(ROUTES, dependencies, version=version("outcomes"))

    return Litestar(
        route_handlers=(*ROUTES, *api.handlers()),
        plugins=[Web(pages, assets, SignedIn(scopes), public_url=settings.public_url)],
        dependencies=dependencies,
        lifespan=[pools],
        openapi_config=None,
    )


def producers() -> Producers:
    """The producer of messages for each kind of recipient."""
    return Producers(PromptProducer(), AlertProducer(alert_wording().text))


async def _caller(request: Request[Any, Any, Any]) -> Caller:
    """The signed-in caller; the guard refuses requests without one."""
    caller: Caller = request.scope["state"]["caller"]
    return caller


def _always(value: Any) -> Any:
    async def provide() -> Any:
        return value

    return provide
