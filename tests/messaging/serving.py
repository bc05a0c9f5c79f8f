"""ASGI applications on free ports of this machine, and a handset among them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from msgspec import Struct

from outcomes.local.handset.app import Handset
from outcomes.local.handset.wire import (
    Message,
    Receive,
    Request,
    Response,
    Send,
    read_request,
    write_response,
)

ACCOUNT = "AC" + "a" * 32
TOKEN = "0123456789abcdef0123456789abcdef"


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """Serve an application until the block ends; gives its address."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()  # from here on connections wait until the server takes them
    config = uvicorn.Config(
        app, lifespan="off", http="h11", ws="none", log_level="warning", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


class Product:
    """Where the webhooks go: keeps each request as it came and answers what it is told to."""

    def __init__(self) -> None:
        self.received: list[Request] = []
        self.statuses: list[int] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        self.received.append(await read_request(scope, receive))
        await write_response(Response(status=self.statuses.pop(0) if self.statuses else 204), send)


class ServedHandset(Struct):
    """A handset that is being served, with the product that it calls."""

    handset: Handset
    product: Product
    url: str
    public_url: str


@asynccontextmanager
async def served_handset() -> AsyncIterator[ServedHandset]:
    """A handset and a product, both listening."""
    product = Product()
    async with served(product) as public_url:
        handset = Handset(
            account_sid=ACCOUNT, auth_token=TOKEN, public_url=public_url, pace_seconds=0.01
        )
        async with served(handset) as url:
            yield ServedHandset(handset, product, url, public_url)
            await handset.close()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something to become true. Raises TimeoutError after ten seconds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  # the condition belongs to somebody else
            await asyncio.sleep(0.02)
