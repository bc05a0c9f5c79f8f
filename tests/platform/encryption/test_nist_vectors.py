"""NIST CAVP's AES-GCM vectors, run through the very cipher that makes our blobs."""

from collections.abc import Iterator

import cryptography_vectors
import pytest
from cryptography.exceptions import InvalidTag

from outcomes.platform.encryption import AES_GCM

Case = dict[str, bytes]


def cases(name: str) -> Iterator[Case]:
    """Those with our sizes: 256-bit keys, 96-bit nonces, 128-bit tags."""
    with cryptography_vectors.open_vector_file(f"ciphers/AES/GCM/{name}", "r") as file:
        sections = file.read().split("[Keylen = ")[1:]
    for section in sections:
        if not section.startswith("256]\n[IVlen = 96]") or "[Taglen = 128]" not in section:
            continue
        for text in section.split("\n\nCount = ")[1:]:
            lines = [line.partition(" =") for line in text.splitlines()[1:] if line]
            yield {key: b"" if key == "FAIL" else bytes.fromhex(value) for key, _, value in lines}


def test_encrypts_as_nist_does() -> None:
    tried = 0
    for case in cases("gcmEncryptExtIV256.rsp"):
        sealed = AES_GCM.ready(case["Key"]).encrypt(case["IV"], case["PT"], case["AAD"])
        assert sealed == case["CT"] + case["Tag"]
        tried += 1
    assert tried == 375  # 5 lengths of text x 5 of associated data x 15


def test_decrypts_and_refuses_as_nist_does() -> None:
    accepted = refused = 0
    for case in cases("gcmDecrypt256.rsp"):
        key, sealed = AES_GCM.ready(case["Key"]), case["CT"] + case["Tag"]
        if "FAIL" in case:
            with pytest.raises(InvalidTag):
                key.decrypt(case["IV"], sealed, case["AAD"])
            refused += 1
        else:
            assert key.decrypt(case["IV"], sealed, case["AAD"]) == case["PT"]
            accepted += 1
    assert accepted + refused == 375
    assert accepted > 100
    assert refused > 100


@pytest.mark.parametrize("size", [0, 16, 24, 31, 33])
def test_takes_no_shorter_key(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        AES_GCM.ready(bytes(size))
