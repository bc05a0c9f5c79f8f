"""One installation with one provider, shared by the tests that do not change it."""

from pathlib import Path
from uuid import uuid4

import pytest

from outcomes.platform.encryption import KeyKind, KeyRing, NewKey, ProviderKeys


@pytest.fixture(scope="session")
def key_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("installation") / "keys"
    KeyRing.create(directory)
    return directory


@pytest.fixture(scope="session")
def ring(key_directory: Path) -> KeyRing:
    return KeyRing.open(key_directory)


@pytest.fixture(scope="session")
def keys(ring: KeyRing) -> ProviderKeys:
    return ring.create_provider(uuid4())


@pytest.fixture(scope="session")
def new_key(keys: ProviderKeys) -> NewKey:
    return keys.new_data_key(KeyKind.SURVIVOR, uuid4())
