"""Malformed HTTP, over a socket to the product's own server."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import uvicorn
from litestar import Litestar

from outcomes.platform.access.roles import Role
from outcomes.platform.ports import HERE
from tests.attack.conftest import Staff
from tests.support import Product, session_token

FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


class Wire:
    """Sends bytes as they are, one connection each."""

    def __init__(self, port: int, cookie: bytes) -> None:
        self.port = port
        self.cookie = cookie

    async def send(self, raw: bytes) -> tuple[int, bytes]:
        """The status of the first answer (0 when there was none), and all that came back until the
        server closed or had nothing more to say."""
        reader, writer = await asyncio.open_connection(HERE, self.port)
        writer.write(raw)
        answer = b""
        with suppress(TimeoutError, ConnectionResetError):
            while more := await asyncio.wait_for(reader.read(65_536), 5 if not answer else 0.5):
                answer += more
        writer.close()
        return (int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0), answer

    async def ask(
        self, target: bytes, *, method: bytes = b"GET", headers: bytes = b"", body: bytes = b""
    ) -> tuple[int, bytes]:
        """A request of a signed-in worker, with these headers on top."""
        length = b"Content-Length: %d\r\n" % len(body) if body else b""
        head = b"%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" % (method, target)
        return await self.send(head + self.cookie + headers + length + b"\r\n" + body)


@pytest.fixture(scope="module")
async def wire(product: Product, app: Litestar, staff: Staff) -> AsyncIterator[Wire]:
    token = await session_token(product, staff.callers[Role.SUPPORT_WORKER])
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, access_log=False, ws="none", proxy_headers=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    listening = socket.create_server((HERE, 0))
    port = listening.getsockname()[1]
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    yield Wire(port, b"Cookie: __Host-outcomes=" + token.encode() + b"\r\n")
    server.should_exit = True
    await running


async def test_a_plain_request_passes(wire: Wire) -> None:
    assert (await wire.ask(b"/people"))[0] == 200


@pytest.mark.parametrize(
    "method", [b"TRACE", b"TRACK", b"PUT", b"DELETE", b"PATCH", b"get", b"QUERY"]
)
async def test_methods_that_nothing_has(wire: Wire, method: bytes) -> None:
    status, answer = await wire.ask(b"/people", method=method)
    assert status in (400, 403, 405)
    assert b"__Host-outcomes=" not in answer


@pytest.mark.parametrize(
    "header",
    [b"X-HTTP-Method-Override: DELETE", b"X-Method-Override: PUT", b"X-HTTP-Method: POST"],
)
async def test_a_method_is_what_the_request_line_says(wire: Wire, header: bytes) -> None:
    assert (await wire.ask(b"/people", headers=header + b"\r\n"))[0] == 200
    assert (await wire.ask(b"/people?_method=DELETE"))[0] == 200


@pytest.mark.parametrize(
    "target",
    [
        b"/people/%252e%252e/staff",
        b"/people/..%2f..%2fstaff",
        b"/people/../staff",
        b"/static/..%2f..%2f..%2fetc%2fpasswd",
        b"/static/%2e%2e/%2e%2e/app.py",
        b"/static/%252e%252e%252fapp.py",
        b"/people%00",
        b"/people/%00",
        b"/people/%ff%fe",
        b"/people/%e2%80%ae",
        b"/people;jsessionid=1",
        b"/people/%",
        b"/people/%zz",
        b"/api/v1/survivors/..;/exports",
        b"/\xff\xfe",
        b"*",
        b"people",
    ],
)
async def test_addresses_that_lead_elsewhere_lead_nowhere(wire: Wire, target: bytes) -> None:
    assert (await wire.ask(target))[0] in (400, 404)


@pytest.mark.parametrize(
    "host", [b"evil.example", b"127.0.0.1@evil.example", b"", b"x, y", b"\xff"]
)
async def test_a_spoofed_host_stands_in_no_answer(wire: Wire, host: bytes) -> None:
    for target in (b"/people", b"/", b"/results", b"/sign-in"):
        head = b"GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n" % (target, host)
        forwarded = b"X-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\n"
        status, answer = await wire.send(head + forwarded + b"\r\n")
        assert status in (200, 303, 400)
        assert b"evil" not in answer


async def test_ten_thousand_parameters(wire: Wire) -> None:
    many = b"&".join(b"p%d=1" % number for number in range(10_000))
    assert (await wire.ask(b"/people?" + many))[0] in (400, 414)
    same = b"&".join([b"show=all"] * 150)
    assert (await wire.ask(b"/people?" + same))[0] == 200
    for path in (b"/sign-in", b"/people/search"):
        status, _ = await wire.ask(
            path, method=b"POST", headers=FORM + b"Sec-Fetch-Site: same-origin\r\n", body=many
        )
        assert status in (400, 403)


async def test_a_thousand_cookies(wire: Wire) -> None:
    cookies = b"".join(b"Cookie: c%d=1\r\n" % number for number in range(1_000))
    assert (await wire.ask(b"/people", headers=cookies))[0] in (200, 400, 431)
    long = b"Cookie: " + b"; ".join(b"c%d=1" % number for number in range(1_000)) + b"\r\n"
    assert (await wire.ask(b"/people", headers=long))[0] in (200, 400, 431)
    assert (await wire.ask(b"/people", headers=b"X: " + b"x" * 100_000 + b"\r\n"))[0] in (
        200,
        400,
        431,
    )


@pytest.mark.parametrize(
    "target",
    [
        b"/sign-in?next=/a%0d%0aSet-Cookie:%20x=y",
        b"/confirm-password?next=%0d%0aX-Evil:%201",
        b"/people/%0d%0aX-Evil:%201",
        b"/%0d%0aX-Evil:%201/people",
        b"/results/external%0d%0aX-Evil:%201/days",
    ],
)
async def test_no_line_break_reaches_a_header(wire: Wire, target: bytes) -> None:
    for cookie in (wire.cookie, b""):
        head = b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n" % (target, cookie)
        status, answer = await wire.send(head)
        assert status in (200, 303, 400, 403, 404)
        headers = answer.partition(b"\r\n\r\n")[0].lower()
        assert b"\r\nx-evil" not in headers
        assert b"\r\nset-cookie" not in headers


@pytest.mark.parametrize(
    "raw",
    [
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n\r\n",
        b"GET / HTTP/1.1\nHost: x\n\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
        b"GET / HTTP/1.1\r\nHo st: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\nabcde",
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\nabc",
    ],
)
async def test_invalid_http_is_refused_and_affects_no_other(wire: Wire, raw: bytes) -> None:
    status, _ = await wire.send(raw)
    assert status in (0, 200, 303, 400, 403, 415, 501)
    assert (await wire.ask(b"/people"))[0] == 200


async def test_a_smuggled_request_gets_no_session(wire: Wire) -> None:
    """Two lengths: whoever believes the other one would answer the second request."""
    inner = b"GET /people HTTP/1.1\r\nHost: x\r\n\r\n"
    raw = (
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n"
        % (len(inner) + 5)
    )
    _, answer = await wire.send(raw + wire.cookie + b"\r\n0\r\n\r\n" + inner)
    assert b"HTTP/1.1 200" not in answer


async def test_slow_bodies_do_not_delay_others(wire: Wire) -> None:
    """Fifty that never end; the next one is answered all the same."""
    slow: list[tuple[Any, asyncio.StreamWriter]] = []
    for _ in range(50):
        reader, writer = await asyncio.open_connection(HERE, wire.port)
        writer.write(
            b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n" + FORM + b"\r\ns"
        )
        slow.append((reader, writer))
    assert (await wire.ask(b"/people"))[0] == 200
    for _, writer in slow:
        writer.close()
