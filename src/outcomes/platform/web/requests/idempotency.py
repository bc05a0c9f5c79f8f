"""The key that makes a POST safe to send twice."""

from typing import Any
from uuid import UUID

from litestar import Request

from outcomes.errors import Invalid

HEADER = "Idempotency-Key"


async def idempotency_key(request: Request[Any, Any, Any]) -> UUID:
    """The header of an API request that creates something. Raises Invalid naming it."""
    try:
        return UUID(request.headers.get(HEADER, ""))
    except ValueError:
        raise Invalid.field(
            HEADER, f"Send a new UUID in the header {HEADER}; send the same one to try again."
        ) from None
