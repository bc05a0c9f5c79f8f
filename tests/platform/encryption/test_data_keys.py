"""Wrapped data keys, and the cache of unwrapped ones."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest

from outcomes.platform.encryption import (
    DecryptionError,
    Field,
    KeyKind,
    KeyRing,
    NewKey,
    ProviderKeys,
    WrappedKey,
)
from outcomes.platform.encryption.cache import CAPACITY, DataKeyCache
from tests.platform.encryption import independent
from tests.platform.encryption.null_cipher import NULL_CIPHER

FIELD = Field("survivors", "name_ciphertext")


def stored_secret(directory: Path, provider: UUID, name: str) -> bytes:
    """A provider's key, unwrapped by the independent library."""
    root = (directory / "root.key").read_bytes()
    stored = msgspec.json.decode((directory / "providers" / f"{provider}.json").read_bytes())
    first = stored["versions"][0]
    wrapped = stored["tally"] if name == "tally" else first[name]
    raw = msgspec.convert(wrapped, bytes, strict=False)
    version = 0 if name == "tally" else first["version"]
    return independent.unwrap_stored_key(root, raw, name.encode(), provider, version)


def test_a_stored_key_opens_what_it_sealed(keys: ProviderKeys, new_key: NewKey) -> None:
    row = uuid4()
    blob = new_key.key.encrypt_text(FIELD, row, "Zoë")
    assert keys.unwrap(new_key.wrapped).decrypt_text(FIELD, row, blob) == "Zoë"
    assert keys.unwrap(new_key.wrapped).id == new_key.wrapped.id == new_key.key.id


def test_an_independent_library_unwraps_and_reads(
    key_directory: Path, keys: ProviderKeys, new_key: NewKey
) -> None:
    row, wrapped = uuid4(), new_key.wrapped
    secret = independent.unwrap_data_key(
        stored_secret(key_directory, keys.provider_id, "kek"),
        wrapped.wrapped,
        provider=keys.provider_id,
        kind="survivor",
        subject=wrapped.subject_id,
        version=1,
        key_id=wrapped.id,
    )
    assert wrapped.commitment == independent.hkdf(secret, "outcomes/data-key-commitment/v1")
    blob = new_key.key.encrypt(FIELD, row, b"Zoe")
    opened = independent.open_blob(
        secret,
        blob,
        provider=keys.provider_id,
        table="survivors",
        column="name_ciphertext",
        row=row,
    )
    assert opened == b"Zoe"


def test_tokens_are_what_the_design_says(
    key_directory: Path, ring: KeyRing, keys: ProviderKeys
) -> None:
    index = stored_secret(key_directory, keys.provider_id, "index")
    tally = stored_secret(key_directory, keys.provider_id, "tally")
    derived, mac = independent.hkdf, independent.hmac_sha256
    phone = derived(index, "outcomes/phone-index/v1")
    assert keys.phone_index("+447700900123") == mac(phone, b"+447700900123")[:16]
    nationality = derived(tally, "outcomes/nationality-tally/v1")
    assert keys.nationality_token("ER") == mac(nationality, b"ER")[:16]
    assert keys.body_mac(b"{}") == mac(derived(index, "outcomes/body-mac/v1"), b"{}")
    export, person = uuid4(), uuid4()
    pseudonym = derived(index, "outcomes/export-pseudonym/v1")
    expected = mac(pseudonym, export.bytes + person.bytes)[:16]
    assert keys.export_pseudonym(export, person) == expected
    root = (key_directory / "root.key").read_bytes()
    stored = (key_directory / "installation.key").read_bytes()
    installation = independent.unwrap_installation_key(root, stored)
    route = derived(installation, "outcomes/route/v1")
    message = independent.length_prefixed(b"sign_in", b"ada@example.org")
    assert ring.installation.route_digest("sign_in", "ada@example.org") == mac(route, message)
    csrf = derived(installation, "outcomes/csrf/v1")
    assert ring.installation.csrf("token") == mac(csrf, b"token").hex()


def test_tokens_of_two_providers_cannot_be_compared(ring: KeyRing, keys: ProviderKeys) -> None:
    other = ring.create_provider(uuid4())
    assert keys.phone_index("+447700900123") != other.phone_index("+447700900123")
    assert keys.nationality_token("ER") != other.nationality_token("ER")
    assert keys.body_mac(b"{}") != other.body_mac(b"{}")


def test_a_route_takes_whatever_is_typed(ring: KeyRing) -> None:
    digest = ring.installation.route_digest
    typed = [digest("a", "bc"), digest("ab", "c"), digest("a", "\ud800"), digest("a", "\udfff")]
    assert len(set(typed)) == 4


def changed_rows(row: WrappedKey) -> list[WrappedKey]:
    one_version_up = row.kek_version + 1
    return [
        msgspec.structs.replace(row, id=uuid4()),
        msgspec.structs.replace(row, kind=KeyKind.STAFF),
        msgspec.structs.replace(row, subject_id=uuid4()),
        msgspec.structs.replace(row, kek_version=one_version_up),
        msgspec.structs.replace(row, wrapped=b""),
        msgspec.structs.replace(row, wrapped=row.wrapped[:-1]),
        msgspec.structs.replace(row, commitment=bytes(32)),
        msgspec.structs.replace(row, commitment=b""),
    ]


@pytest.mark.parametrize("which", range(8))
def test_an_altered_row_is_refused_even_when_the_key_is_cached(
    keys: ProviderKeys, new_key: NewKey, which: int
) -> None:
    keys.unwrap(new_key.wrapped)
    with pytest.raises(DecryptionError) as caught:
        keys.unwrap(changed_rows(new_key.wrapped)[which])
    assert repr(caught.value) == repr(DecryptionError())


def test_every_flipped_bit_of_a_wrapped_key_is_refused(keys: ProviderKeys, new_key: NewKey) -> None:
    for part in ("wrapped", "commitment"):
        original = getattr(new_key.wrapped, part)
        for bit in range(8 * len(original)):
            flipped = bytearray(original)
            flipped[bit // 8] ^= 1 << bit % 8
            changed = msgspec.structs.replace(new_key.wrapped, **{part: bytes(flipped)})
            with pytest.raises(DecryptionError):
                keys.unwrap(changed)


def test_another_provider_cannot_unwrap(ring: KeyRing, keys: ProviderKeys, new_key: NewKey) -> None:
    keys.unwrap(new_key.wrapped)
    with pytest.raises(DecryptionError):
        ring.create_provider(uuid4()).unwrap(new_key.wrapped)


def test_data_keys_are_wrapped_for_real_under_the_null_cipher(key_directory: Path) -> None:
    """Only fields go through the cipher that tests pass in; keys never do."""
    open_ring = KeyRing.open(key_directory, cipher=NULL_CIPHER)
    keys = open_ring.create_provider(uuid4())
    new, row = keys.new_data_key(KeyKind.STAFF, uuid4()), uuid4()
    assert b"Zoe" in new.key.encrypt(FIELD, row, b"Zoe")
    sealed_properly = KeyRing.open(key_directory).provider(keys.provider_id)
    key, blob = sealed_properly.unwrap(new.wrapped), new.key.encrypt(FIELD, row, b"Zoe")
    with pytest.raises(DecryptionError):
        key.decrypt(FIELD, row, blob)


@dataclass
class Seconds:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


def numbered(number: int) -> WrappedKey:
    return WrappedKey(UUID(int=number), KeyKind.SURVIVOR, UUID(int=number), 1, b"w", b"c")


def test_the_cache_forgets_after_five_minutes_however_often_it_is_asked(new_key: NewKey) -> None:
    seconds, provider = Seconds(), uuid4()
    cache = DataKeyCache(seconds)
    cache.keep(provider, numbered(1), new_key.key)
    for _ in range(3):
        seconds.now += 99
        assert cache.find(provider, numbered(1)) is new_key.key
    seconds.now += 3
    assert cache.find(provider, numbered(1)) is None


def test_the_cache_holds_two_thousand_and_drops_what_was_used_longest_ago(new_key: NewKey) -> None:
    cache, provider = DataKeyCache(Seconds()), uuid4()
    assert CAPACITY == 2_000
    for number in range(2_000):
        cache.keep(provider, numbered(number), new_key.key)
    assert cache.find(provider, numbered(0)) is new_key.key
    cache.keep(provider, numbered(2_000), new_key.key)
    held = [n for n in range(2_001) if cache.find(provider, numbered(n)) is not None]
    assert held == [0, *range(2, 2_001)]


def test_the_cache_keeps_providers_apart_and_forgets_on_request(new_key: NewKey) -> None:
    cache, provider, other = DataKeyCache(Seconds()), uuid4(), uuid4()
    cache.keep(provider, numbered(1), new_key.key)
    assert cache.find(other, numbered(1)) is None
    cache.evict(other, numbered(1).id)
    assert cache.find(provider, numbered(1)) is new_key.key
    cache.evict(provider, numbered(1).id)
    assert cache.find(provider, numbered(1)) is None


@pytest.mark.parametrize("by_ring", [True, False])
def test_an_evicted_key_is_unwrapped_anew(ring: KeyRing, keys: ProviderKeys, by_ring: bool) -> None:
    wrapped = keys.new_data_key(KeyKind.SURVIVOR, uuid4()).wrapped
    first = keys.unwrap(wrapped)
    assert keys.unwrap(wrapped) is first
    if by_ring:
        ring.evict(keys.provider_id, wrapped.id)
    else:
        keys.evict(wrapped.id)
    assert keys.unwrap(wrapped) is not first
