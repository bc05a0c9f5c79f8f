"""The only place where a `ProviderScope` is made, in exactly five ways.

sign-in              after the route of the name and the password were checked   (sessions)
session or API token after its digest was found, live, on an active account
worker               in its loop over the registry of providers
webhook              after its signature, from a number of the provider
operator             a command on the host, for a named provider
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from outcomes.platform.access.models import Actor, ActorKind, Caller, ProviderScope
from outcomes.platform.access.password_tries import Tries, UnknownNames
from outcomes.platform.access.roles import KEY_KINDS, PERMISSIONS, Permission, Role
from outcomes.platform.clock import NOW_SQL
from outcomes.platform.db import Database, Row
from outcomes.platform.encryption import KeyRing
from outcomes.platform.sql import Statement, sql

IDLE_LOCK = timedelta(minutes=15)
"""A session unused for longer is over."""

_ROUTES_REMEMBERED = 10_000


class RouteKind(StrEnum):
    """What leads to a provider."""

    SIGN_IN_NAME = "sign_in_name"
    SESSION = "session"
    API_TOKEN = "api_token"  # noqa: S105 - a kind of route, not a secret
    SIGN_IN_LINK = "sign_in_link"
    SENDER_NUMBER = "sender_number"


class Credential(Struct, frozen=True):
    """What signing in checks a password against."""

    provider_id: UUID
    account_id: UUID
    role: Role
    team_id: UUID | None
    password_hash: str
    now: datetime


_CREDENTIAL = sql(f"""
    SELECT {NOW_SQL} AS now, c.account_id, a.role, a.team_id, c.password_hash
    FROM credentials c
    JOIN accounts a ON a.provider_id = :provider_id AND a.id = c.account_id
    WHERE c.provider_id = :provider_id AND c.sign_in_digest = :digest AND a.state = 'active'
""")


_LOCK_TRIES = sql("""
    SELECT failures, next_try_at FROM credentials
    WHERE provider_id = :provider_id AND account_id = :account_id FOR UPDATE
""")


_SET_TRIES = sql("""
    UPDATE credentials SET failures = :failures, next_try_at = :next_try_at
    WHERE provider_id = :provider_id AND account_id = :account_id
""")


_FORGET_FAILURES = sql("""
    UPDATE credentials SET failures = 0, next_try_at = NULL
    WHERE provider_id = :provider_id AND account_id = :account_id
""")


_FIND_SESSION = sql(f"""
    SELECT * FROM find_session(
        :of_provider_id, :digest, {NOW_SQL} + :clock_offset::interval, :idle_lock)
""")
_FIND_API_TOKEN = sql(f"""
    SELECT * FROM find_api_token(:of_provider_id, :digest, {NOW_SQL} + :clock_offset::interval)
""")
"""Functions, because a function sets the provider and reads in one round trip (migration 0009)."""


_SIGN_IN_LINK = sql(f"""
    SELECT l.account_id, a.role, a.team_id
    FROM sign_in_links l
    JOIN accounts a ON a.provider_id = :provider_id AND a.id = l.account_id
    WHERE l.provider_id = :provider_id AND l.token_digest = :digest AND l.used_at IS NULL
      AND l.expires_at > {NOW_SQL} + :clock_offset::interval AND a.state = 'active'
""")


_ROUTE = sql("SELECT provider_id FROM access_routes WHERE kind = :kind AND digest = :digest")


class Scopes:
    """Turns a credential, a number or an operator's word into a caller.

    `auth` is a pool of the role that may read all routes, and nothing else but credentials,
    sessions and tokens of the provider that it then sets.
    """

    def __init__(self, auth: Database, ring: KeyRing) -> None:
        self._auth = auth
        self.ring = ring
        self._routes: dict[bytes, UUID] = {}
        self._unknown_names = UnknownNames()

    def digest(self, kind: RouteKind, value: str) -> bytes:
        return self.ring.installation.route_digest(kind, value)

    async def credential(self, sign_in_name: str) -> Credential | None:
        """The credential behind a sign-in name, if an active account has it."""
        digest = self.digest(RouteKind.SIGN_IN_NAME, sign_in_name)
        provider_id = await self._route(RouteKind.SIGN_IN_NAME, digest)
        if provider_id is None:
            return None
        async with self._auth.in_provider(provider_id) as conn:
            row = await conn.fetch_row(_CREDENTIAL, digest=digest)
        if row is None:
            return None
        return Credential(
            provider_id=provider_id,
            account_id=row["account_id"],
            role=Role(row["role"]),
            team_id=row["team_id"],
            password_hash=row["password_hash"],
            now=self._auth.clock.of(row["now"]),
        )

    async def claim_try(self, name: str, credential: Credential | None) -> timedelta | None:
        """Count a try at a password; where it comes too early, how long to wait instead."""
        if credential is None:
            async with self._auth.connection() as conn:
                now = await self._auth.clock.now(conn)
            return self._unknown_names.claim(self.digest(RouteKind.SIGN_IN_NAME, name), now)
        async with self._auth.in_provider(credential.provider_id) as conn:
            row = await conn.get_row(_LOCK_TRIES, account_id=credential.account_id)
            tries = Tries(row["failures"], row["next_try_at"])
            wait = tries.wait(credential.now)
            if wait is None:
                tries = tries.after_another(credential.now)
                await conn.execute(
                    _SET_TRIES,
                    account_id=credential.account_id,
                    failures=tries.count,
                    next_try_at=tries.next_at,
                )
        return wait

    async def forget_failures(self, credential: Credential) -> None:
        """After a right password the count begins anew."""
        async with self._auth.in_provider(credential.provider_id) as conn:
            await conn.execute(_FORGET_FAILURES, account_id=credential.account_id)

    def signed_in(self, credential: Credential) -> Caller:
        """The caller whose password was right; the session is made in this scope."""
        return self._account_caller(
            credential.provider_id,
            {
                "account_id": credential.account_id,
                "role": credential.role,
                "team_id": credential.team_id,
            },
            reauthenticated_at=credential.now,
        )

    async def session(self, token: str) -> Caller | None:
        """The caller of a live session; each use restarts its idle timeout."""
        found = await self._find(RouteKind.SESSION, token, _FIND_SESSION, idle_lock=IDLE_LOCK)
        if found is None:
            return None
        provider_id, row = found
        return self._account_caller(
            provider_id, row, session_id=row["id"], reauthenticated_at=row["reauthenticated_at"]
        )

    async def api_token(self, token: str) -> Caller | None:
        """The caller of a live API token: its account's role, narrowed to the token's list."""
        found = await self._find(RouteKind.API_TOKEN, token, _FIND_API_TOKEN)
        if found is None:
            return None
        provider_id, row = found
        narrowed = frozenset(Permission(name) for name in row["permissions"])
        return self._account_caller(provider_id, row, token_id=row["id"], narrowed=narrowed)

    async def sign_in_link(self, token: str) -> Caller | None:
        """The caller of an unused, unexpired sign-in link; the link is used up separately."""
        digest = self.digest(RouteKind.SIGN_IN_LINK, token)
        provider_id = await self._route(RouteKind.SIGN_IN_LINK, digest)
        if provider_id is None:
            return None
        async with self._auth.in_provider(provider_id) as conn:
            row = await conn.fetch_row(
                _SIGN_IN_LINK, digest=digest, clock_offset=self._auth.clock.offset
            )
        return None if row is None else self._account_caller(provider_id, row)

    def worker(self, provider_id: UUID) -> Caller:
        """Our background worker, for a provider read from the registry."""
        return self._process_caller(provider_id, ActorKind.WORKER)

    async def own_number(self, number: str) -> Caller | None:
        """The gateway's webhook, from a number of the provider, once its signature was verified."""
        digest = self.digest(RouteKind.SENDER_NUMBER, number)
        provider_id = await self._route(RouteKind.SENDER_NUMBER, digest)
        return None if provider_id is None else self._process_caller(provider_id, ActorKind.GATEWAY)

    def operator(self, provider_id: UUID) -> Caller:
        """A command on the host for a provider that the operator named."""
        return self._process_caller(provider_id, ActorKind.OPERATOR)

    def _process_caller(self, provider_id: UUID, kind: ActorKind) -> Caller:
        scope = ProviderScope(provider_id, self.ring.provider(provider_id))
        return Caller(scope, Actor(kind=kind))

    def _account_caller(
        self,
        provider_id: UUID,
        account: Row,
        *,
        session_id: UUID | None = None,
        token_id: UUID | None = None,
        reauthenticated_at: datetime | None = None,
        narrowed: frozenset[Permission] | None = None,
    ) -> Caller:
        role = Role(account["role"])
        permissions = PERMISSIONS[role]
        actor = Actor(
            kind=ActorKind.ACCOUNT,
            account_id=account["account_id"],
            role=role,
            team_id=account["team_id"],
            session_id=session_id,
            token_id=token_id,
            reauthenticated_at=reauthenticated_at,
            permissions=permissions if narrowed is None else permissions & narrowed,
        )
        keys = self.ring.provider(provider_id)
        return Caller(ProviderScope(provider_id, keys, KEY_KINDS[role]), actor)

    async def _route(self, kind: RouteKind, digest: bytes) -> UUID | None:
        async with self._auth.connection() as conn:
            provider_id: UUID | None = await conn.fetch_value(_ROUTE, kind=kind, digest=digest)
        return provider_id

    async def _find(
        self, kind: RouteKind, token: str, statement: Statement, **values: object
    ) -> tuple[UUID, Row] | None:
        """The provider and the row of a live session or API token.

        A route never changes, so it is remembered; whether the credential is live is read every time.
        """
        digest = self.digest(kind, token)
        provider_id = self._routes.get(digest) or await self._route(kind, digest)
        if provider_id is None:
            return None
        async with self._auth.connection() as conn:
            row = await conn.fetch_row(
                statement,
                of_provider_id=provider_id,
                digest=digest,
                clock_offset=self._auth.clock.offset,
                **values,
            )
        if row is None:
            self._routes.pop(digest, None)
            return None
        if len(self._routes) >= _ROUTES_REMEMBERED:
            self._routes.clear()
        self._routes[digest] = provider_id
        return provider_id, row
