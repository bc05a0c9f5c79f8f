"""All keys of a process."""

from contextlib import suppress
from pathlib import Path
from uuid import UUID

from outcomes.errors import SettingsError
from outcomes.platform.encryption.cache import DataKeyCache
from outcomes.platform.encryption.cipher import AES_GCM, FieldCipher
from outcomes.platform.encryption.errors import KeyUnavailable
from outcomes.platform.encryption.keys import keystore
from outcomes.platform.encryption.keys.installation import InstallationKeys
from outcomes.platform.encryption.keys.keystore import KeyStore
from outcomes.platform.encryption.keys.provider_keys import ProviderKeys


class KeyRing:
    """All keys of an installation. One instance per process, passed as an argument.

    Providers' keys are read when they are first asked for, so a provider that another process
    created meanwhile is found. Only scopes ask for them.
    """

    def __init__(self, store: KeyStore, cipher: FieldCipher) -> None:
        self.installation = InstallationKeys(store.installation)
        self._store = store
        self._cipher = cipher
        self._cache = DataKeyCache()
        self._providers: dict[UUID, ProviderKeys] = {}

    @classmethod
    def open(cls, directory: Path, *, cipher: FieldCipher = AES_GCM) -> "KeyRing":
        """Raises SettingsError, one line with its remedy, when the keys are not as they must be."""
        return cls(KeyStore(directory), cipher)

    @classmethod
    def create(cls, directory: Path, *, cipher: FieldCipher = AES_GCM) -> "KeyRing":
        """New keys in a directory that is absent or empty, else SettingsError."""
        keystore.create(directory)
        return cls.open(directory, cipher=cipher)

    def create_provider(self, provider_id: UUID) -> ProviderKeys:
        """A new provider's keys. Those it has already, when another process was faster."""
        with suppress(FileExistsError):
            self._store.create_provider(provider_id)
        return self.provider(provider_id)

    def provider(self, provider_id: UUID) -> ProviderKeys:
        """Raises KeyUnavailable when there are none, or they cannot be read."""
        keys = self._providers.get(provider_id)
        if keys is None:
            try:
                secrets = self._store.provider(provider_id)
            except SettingsError as error:
                raise KeyUnavailable from error
            keys = ProviderKeys(secrets, self._cipher, self._cache)
            keys = self._providers.setdefault(provider_id, keys)
        return keys

    def evict(self, provider_id: UUID, key_id: UUID) -> None:
        """Forgets one unwrapped data key in this process."""
        self._cache.evict(provider_id, key_id)
