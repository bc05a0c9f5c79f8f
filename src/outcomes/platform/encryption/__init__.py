"""Keys, and the only place where plaintext is encrypted. Knows tables by name only."""

from outcomes.platform.encryption.cipher import AES_GCM, CipherKey, FieldCipher
from outcomes.platform.encryption.errors import DecryptionError, KeyUnavailable, SchemaError
from outcomes.platform.encryption.fields import DataKey, Field, Stored
from outcomes.platform.encryption.keys.backup import backup, restore
from outcomes.platform.encryption.keys.installation import InstallationKeys
from outcomes.platform.encryption.keys.provider_keys import ProviderKeys
from outcomes.platform.encryption.keys.ring import KeyRing
from outcomes.platform.encryption.models import KeyKind, NewKey, WrappedKey
from outcomes.platform.encryption.protected import Protected

__all__ = [
    "AES_GCM",
    "CipherKey",
    "DataKey",
    "DecryptionError",
    "Field",
    "FieldCipher",
    "InstallationKeys",
    "KeyKind",
    "KeyRing",
    "KeyUnavailable",
    "NewKey",
    "Protected",
    "ProviderKeys",
    "SchemaError",
    "Stored",
    "WrappedKey",
    "backup",
    "restore",
]
