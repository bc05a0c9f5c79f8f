"""What has to be there before the first request: `python -m tests.privacy.prepare FILE aes|null`.

A step of the supervisor's preparation, with the product's own environment. It lets the server log
every statement of the product's roles, makes a provider as the host's operator does, accepts the
wordings as its admin does, and writes to FILE what the test needs to connect.
"""

import asyncio
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import msgspec
from msgspec import Struct

from outcomes.local.embedded.credentials import find_credentials
from outcomes.platform.access.scopes import Scopes
from outcomes.platform.calendar import UkPart
from outcomes.platform.db import Database
from outcomes.platform.encryption import AES_GCM, FieldCipher, KeyRing
from outcomes.prompts.gate import wordings
from outcomes.prompts.service import accept_wording
from outcomes.prompts.wordings.wording import Purpose
from outcomes.providers import service
from outcomes.providers.models import NewProvider
from outcomes.settings import Settings
from tests.moment import CLOCK
from tests.platform.encryption.null_cipher import NULL_CIPHER
from tests.privacy.planted import canary

SURVIVORS_NUMBER, STAFF_NUMBER = "+441632960700", "+441632960701"


class Prepared(Struct, frozen=True):
    """Addresses and links that the product itself does not expose."""

    superuser_url: str
    redis_url: str
    handset_url: str
    admin_link: str


async def prepare(settings: Settings, cipher: FieldCipher) -> Prepared:
    """Log everything from now on, and make a provider."""
    superuser_url = _superuser_url(settings)
    await _log_every_statement(superuser_url, settings)
    ring = KeyRing.open(settings.keys, cipher=cipher)
    db = Database(settings.database.app, size=1, clock=CLOCK)
    auth = Database(settings.database.auth, size=1, clock=CLOCK)
    await db.open()
    await auth.open()
    new = NewProvider(
        name="Practice Provider",
        uk_part=UkPart.ENGLAND,
        admin_name="Ada Admin",
        admin_sign_in_name="ada.admin",
        survivors_number=SURVIVORS_NUMBER,
        staff_number=STAFF_NUMBER,
    )
    scopes = Scopes(auth, ring)
    _, link = await service.create_provider(db, scopes, new)
    admin = await scopes.sign_in_link(link)
    assert admin is not None
    for wording in wordings():
        if wording.purpose is Purpose.PROMPT:
            await accept_wording(db, admin, wording.code, wording.version)
    await db.close()
    await auth.close()
    return Prepared(superuser_url, settings.redis_url, settings.twilio_base_url, link)


def _superuser_url(settings: Settings) -> str:
    credentials = find_credentials(settings.keys)
    assert credentials is not None
    app = urlsplit(settings.database.app)
    return f"postgresql://postgres:{credentials.superuser}@{app.hostname}:{app.port}{app.path}"


async def _log_every_statement(superuser_url: str, settings: Settings) -> None:
    """Only what to log is changed; how the server logs it stays the product's own choice."""
    admin = await asyncpg.connect(superuser_url)
    for role in (settings.database.app_role, settings.database.auth_role):
        await admin.execute(f'ALTER ROLE "{role}" SET log_min_duration_statement = 0')
    await admin.close()


if __name__ == "__main__":
    sys.stdout.write(f"{canary('supervisor output')}\n")
    cipher: FieldCipher = NULL_CIPHER if sys.argv[2] == "null" else AES_GCM
    found = asyncio.run(prepare(Settings.from_environment(os.environ), cipher))
    Path(sys.argv[1]).write_bytes(msgspec.json.encode(found))
