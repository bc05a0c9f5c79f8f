"""The rows and records that describe keys; none of them prints one."""

from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from outcomes.platform.encryption.fields import DataKey
from outcomes.platform.encryption.protected import Protected


class KeyKind(StrEnum):
    """What a data key protects: one survivor, a provider's staff, or texts not yet matched."""

    SURVIVOR = "survivor"
    STAFF = "staff"
    QUARANTINE = "quarantine"


class WrappedKey(Struct, frozen=True):
    """A row of `data_keys`: a data key under version `kek_version` of its provider's key.

    `wrapped` is `01 | nonce (12) | ciphertext‖tag (48)`; `commitment` is 32 bytes.
    """

    id: UUID
    kind: KeyKind
    subject_id: UUID
    kek_version: int
    wrapped: bytes
    commitment: bytes

    def __repr__(self) -> str:
        return f"WrappedKey(id={self.id}, kind={self.kind}, kek_version={self.kek_version})"


class NewKey(Struct, frozen=True):
    """`wrapped` is to be stored before anything encrypted with `key` is."""

    wrapped: WrappedKey
    key: DataKey


class Epoch(Struct, frozen=True):
    """One version of a provider's keys: `kek` wraps data keys, `index` makes look-up tokens."""

    kek: Protected[bytes]
    index: Protected[bytes]


class ProviderSecrets(Struct, frozen=True):
    """A provider's keys, unwrapped. `current` is the version that new data keys are wrapped under;
    older ones only unwrap. `tally` counts nationalities and outlives every version."""

    provider_id: UUID
    current: int
    epochs: dict[int, Epoch]
    tally: Protected[bytes]
