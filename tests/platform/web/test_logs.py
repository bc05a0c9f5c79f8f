"""What reaches standard output, in a process of its own: types, places and routes, no content."""

import json
import subprocess
import sys

PROGRAM = """
import asyncio, logging, sys
import httpx
from outcomes.platform import logs
noisy = logging.getLogger("twilio.http_client")
noisy.addHandler(logging.StreamHandler(sys.stdout))
noisy.setLevel(logging.DEBUG)
logs.configure(sys.argv[1])
noisy.info("-- BEGIN body %s", "secret-argument")
noisy.warning("slow %s", "secret-argument")
try:
    raise ValueError("secret-message") from KeyError("secret-cause")
except ValueError:
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
from tests.platform.web.site import make_app, TOKEN
async def ask():
    transport = httpx.ASGITransport(make_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        client.headers["Cookie"] = f"__Host-outcomes={TOKEN}"
        await client.get("/broken/fault?q=secret-query")
        await client.get("/things/00000000-0000-4000-8000-0000000000aa")
asyncio.run(ask())
"""


def lines(level: str) -> list[dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, level],
        capture_output=True,
        text=True,
        check=True,
    )
    told = done.stdout + done.stderr
    assert "secret" not in told
    assert "00000000-0000" not in told
    assert "900123" not in told
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_nothing_but_types_places_and_routes() -> None:
    told = lines("debug")
    by_event = {str(line["event"]): line for line in told}
    assert by_event["unexpected_error"]["error"] == "builtins.RuntimeError"
    requests = [(line["route"], line["status"]) for line in told if line["event"] == "request"]
    assert requests == [("/broken/{kind}", 500), ("/things/{thing_id}", 404)]
    libraries = [line for line in told if line["event"] == "library"]
    assert [(line["logger"], line["template"]) for line in libraries] == [
        ("twilio.http_client", "slow %s"),
        ("uvicorn.error", "Exception in ASGI application"),
    ]
    assert libraries[1]["causes"] == ["builtins.KeyError"]


def test_the_level_is_kept() -> None:
    assert all(line["level"] != "info" for line in lines("warning"))
