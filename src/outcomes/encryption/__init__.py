"""Keys, and the only place where plaintext becomes ciphertext. Knows no table but by name."""

from outcomes.encryption.backup import backup, restore
from outcomes.encryption.cipher import AES_GCM, CipherKey, FieldCipher
from outcomes.encryption.errors import DecryptionError, KeyUnavailable
from outcomes.encryption.fields import DataKey, Field
from outcomes.encryption.installation import InstallationKeys
from outcomes.encryption.models import KeyKind, NewKey, WrappedKey
from outcomes.encryption.protected import Protected
from outcomes.encryption.provider_keys import ProviderKeys
from outcomes.encryption.ring import KeyRing

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
    "WrappedKey",
    "backup",
    "restore",
]
