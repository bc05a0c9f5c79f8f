"""Passwords: argon2id, a bounded number at a time, and the same work for an unknown name."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from outcomes.errors import Invalid

MINIMUM_LENGTH = 12
_AT_ONCE = 4

_hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
_DUMMY_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$OZVxT/QAAYrdmYWlAnb6ww$p6hYMX"
    "PtjXDOxW3VRcSkSYURZZ3xrwAlXTwXZhf4F9s"
)
"""The hash of a random password that was never disclosed."""


class Passwords:
    """Hashes and checks passwords (RFC 9106 second choice: 64 MiB, 3 passes, 4 lanes).

    At most four at a time, in threads: a flood of sign-ins must not use up the memory.
    """

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def hash(self, password: str) -> str:
        """What to store.

        Raises:
            Invalid: shorter than twelve characters, or longer than anybody types.
        """
        if not MINIMUM_LENGTH <= len(password) <= 256:
            raise Invalid.field("password", "Use between 12 and 256 characters.")
        async with self._turns:
            return await asyncio.to_thread(_hasher.hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Whether the password is the stored one. With None it takes as long, and is not."""
        async with self._turns:
            same = await asyncio.to_thread(_verify, password[:256], stored or _DUMMY_HASH)
        return same and stored is not None


def _verify(password: str, stored: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except VerifyMismatchError:
        return False
