"""The reader of the server's log, which counts of statements rest on."""

import asyncpg

from outcomes.local.embedded.servers import Servers
from tests.wire import Statement, watched


async def test_statements_and_parameters_are_read_as_they_were_sent(servers: Servers) -> None:
    database = servers.postgres.database
    log = servers.context.log("postgres")
    awkward = "it's $2 = 'x',\n#outcomes_app#LOG:  statement: SELECT 1"
    sent = "SELECT $1::text,\n  $2::int, $3::bytea, $4::text"
    async with watched(log, servers.postgres.superuser_url, database) as wire:
        conn = await asyncpg.connect(database.app)
        wire.mark()
        await conn.execute("BEGIN; SET LOCAL app.provider_id = ''")
        await conn.fetch(sent, awkward, 7, b"\x00\xff", None)
        await conn.execute("COMMIT")
        seen = await wire.since_mark()
        await conn.close()
    role = database.app_role
    assert seen == [
        Statement(role, "BEGIN; SET LOCAL app.provider_id = ''", ()),
        Statement(role, sent, (awkward, "7", "\\x00ff", None)),
        Statement(role, "COMMIT", ()),
    ]
