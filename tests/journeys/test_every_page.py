"""Every page that a link leads to, once for each kind of address, by the first role that has it."""

import re
from urllib.parse import urljoin, urlsplit

import pytest

from tests.journeys.browsing import PhoneUser
from tests.journeys.staging import Stage
from tests.journeys.test_main_journey import sign_in

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d{2}-\d{2}")
_LEFT_OUT = re.compile(r"/api/|/file$|/static/")
"""JSON, downloads and files are no pages."""


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """Kinds of addresses that were looked at."""
    return set()


@pytest.mark.parametrize("role", ["worker", "lead", "admin", "analyst"])
async def test_every_page_that_is_linked(
    role: str, stage: Stage, somebody: PhoneUser, seen: set[str]
) -> None:
    await sign_in(somebody, stage, role)
    waiting = [f"{stage.product}/"]
    while waiting:
        address = waiting.pop(0)
        answer = await somebody.page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        await somebody.look(f"{role}{_ID.sub('ID', urlsplit(address).path).replace('/', '-')}")
        for link in await somebody.page.get_by_role("link").all():
            found = urljoin(address, await link.get_attribute("href"))
            kind = _ID.sub("ID", urlsplit(found).path)
            if found.startswith(stage.product) and kind not in seen and not _LEFT_OUT.search(kind):
                seen.add(kind)
                waiting.append(found.partition("#")[0])
    assert len(seen) > 20
