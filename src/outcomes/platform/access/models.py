"""The actor, the scope of a provider, and the caller of a verb."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from outcomes.errors import Forbidden
from outcomes.platform.access.roles import Permission, Role
from outcomes.platform.encryption import DataKey, KeyKind, ProviderKeys, WrappedKey


class ActorKind(StrEnum):
    """A person with an account, our background worker, a gateway's webhook, or a host operator."""

    ACCOUNT = "account"
    WORKER = "worker"
    GATEWAY = "gateway"
    OPERATOR = "operator"


class CaseloadScope(StrEnum):
    """Whose survivors an actor may open: their own and those they cover, their team's, or all."""

    OWN = "own"
    TEAM = "team"
    PROVIDER = "provider"


class Actor(Struct, frozen=True):
    """Who does it, as the audit names them."""

    kind: ActorKind
    account_id: UUID | None = None
    role: Role | None = None
    team_id: UUID | None = None
    session_id: UUID | None = None
    token_id: UUID | None = None
    reauthenticated_at: datetime | None = None
    permissions: frozenset[Permission] = frozenset()

    @property
    def caseload_scope(self) -> CaseloadScope:
        """Support workers see their own caseload, team leads their team's, our processes all."""
        if self.kind is not ActorKind.ACCOUNT:
            return CaseloadScope.PROVIDER
        return CaseloadScope.TEAM if self.role is Role.TEAM_LEAD else CaseloadScope.OWN

    @property
    def account(self) -> UUID:
        """The account; for verbs that only a signed-in person can call.

        Raises:
            Forbidden: the actor is not a person.
        """
        if self.account_id is None:
            raise Forbidden
        return self.account_id


class ProviderScope:
    """One provider's data and keys; made only in `outcomes.platform.access.scopes`.

    Keys and the tenant setting come from here and never from a row, so a bug in a query or an
    injected one yields ciphertext. `kinds` are the data keys this caller may open: people who only
    see figures, or only manage accounts, can never open a survivor's.
    """

    def __init__(
        self, provider_id: UUID, keys: ProviderKeys, kinds: frozenset[KeyKind] = frozenset(KeyKind)
    ) -> None:
        self.provider_id = provider_id
        self.keys = keys
        self._kinds = kinds

    def open_key(self, wrapped: WrappedKey) -> DataKey:
        """The usable key.

        Raises:
            Forbidden: this caller may not open keys of that kind.
        """
        if wrapped.kind not in self._kinds:
            raise Forbidden
        return self.keys.unwrap(wrapped)


class Caller(Struct, frozen=True):
    """A scope and who acts in it: the first argument of every verb."""

    scope: ProviderScope
    actor: Actor

    @property
    def provider_id(self) -> UUID:
        return self.scope.provider_id

    def may(self, permission: Permission) -> bool:
        return permission in self.actor.permissions
