"""The whole product on one machine: private servers, web, worker and handset, under one parent."""

import asyncio
import sys
from asyncio.subprocess import Process
from collections.abc import Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGKILL, SIGTERM

import click
from msgspec import Struct

from outcomes.errors import SettingsError
from outcomes.local.embedded.home import locked, make_home, make_key_folder
from outcomes.local.embedded.servers import has_database, running_servers
from outcomes.local.environment import handset_environment, product_environment, web_address
from outcomes.local.process import ProcessContext, start, stop
from outcomes.local.restart import RestartedProcess, restart_on_exit
from outcomes.platform.encryption import KeyRing
from outcomes.platform.ports import HERE, free_port, refuse_taken
from outcomes.settings import EmbeddedSettings

_READY_S = 60.0
_STOP_S = 4.0
_ERROR = "Error: "  # as click begins it

Entry = tuple[str, ...]
"""What follows `python -m`: a module and its arguments."""


class Entries(Struct, frozen=True):
    """What runs. Tests name modules of their own, with another cipher or clock."""

    preparation: tuple[Entry, ...] = (("outcomes", "migrate"), ("outcomes", "demo"))
    """One after the other, before the rest; their output is shown once everything is ready."""
    web: Entry = ("outcomes", "serve")
    worker: Entry = ("outcomes_workers",)
    handset: Entry = ("outcomes.local.handset",)


def run(settings: EmbeddedSettings, entries: Entries) -> None:
    """Run the product until SIGINT, SIGTERM or SIGHUP; then end every child and return.

    Raises:
        SettingsError: it cannot start with these settings, or a part that all depends on ended.
    """
    make_home(settings.home)
    with locked(settings.home) as lock:
        refuse_taken(settings.port)
        ensure_keys(settings.home, settings.keys)
        try:
            asyncio.run(_until_signalled(_product(settings, entries, lock)))
        except BaseExceptionGroup as errors:
            raise _first(errors) from errors
        click.echo("Stopped.")


def ensure_keys(home: Path, keys: Path) -> None:
    """Make keys for a new home. Raises SettingsError when an old home's keys are not there."""
    if keys.exists() and any(keys.iterdir()):
        KeyRing.open(keys)
    elif has_database(home):
        raise SettingsError(
            f"The data in {home} cannot be read without its keys, and {keys} is empty: "
            "name their folder in OUTCOMES_KEYS, or restore it with: outcomes keys restore"
        )
    else:
        make_key_folder(keys)
        KeyRing.create(keys)


async def _until_signalled(work: Coroutine[None, None, None]) -> None:
    """Cancel the work at the first signal; it ends its children as it unwinds."""
    task = asyncio.ensure_future(work)

    def end_once() -> None:
        if not task.cancelling():
            task.cancel()

    for signal in (SIGINT, SIGTERM, SIGHUP):
        asyncio.get_running_loop().add_signal_handler(signal, end_once)
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()


async def _product(settings: EmbeddedSettings, entries: Entries, lock: int) -> None:
    """Start everything in order, say so, and wait for the first of the parts that all depend on."""
    click.echo("Starting PostgreSQL and Redis")
    async with AsyncExitStack() as stack:
        servers = await stack.enter_async_context(
            running_servers(
                settings.home,
                settings.keys,
                lock,
                tell=click.echo,
                postgres_bin=settings.postgres_bin,
            )
        )
        context, handset_port = servers.context, free_port()
        environ = product_environment(settings, servers, handset_port)
        notices = [await _prepare(entry, context, environ) for entry in entries.preparation]
        click.echo("Starting web, worker and handset")
        handset_environ = handset_environment(settings, servers, handset_port)
        await stack.enter_async_context(
            _restarting("handset", entries.handset, context, handset_environ)
        )
        await stack.enter_async_context(_restarting("worker", entries.worker, context, environ))
        web = await _start("web", entries.web, context, environ)
        stack.push_async_callback(stop, web, SIGTERM, _STOP_S)
        await _until_ready(web, settings.port, context)
        click.echo(f"Ready: {web_address(settings.port)}")
        click.echo("".join(notices) + f"Phone: {web_address(handset_port)}")
        await _until_one_ends({"web": web, "postgres": servers.postgres.process}, context)


async def _start(
    name: str,
    entry: Entry,
    context: ProcessContext,
    environ: Mapping[str, str],
    *,
    answers: bool = False,
) -> Process:
    """Start a Python module; its working directory is not where it looks for modules."""
    command = [sys.executable, "-P", "-m", *entry]
    return await start(
        name, command, context, parent_death_signal=SIGKILL, environ=environ, answers=answers
    )


def _restarting(
    name: str, entry: Entry, context: ProcessContext, environ: Mapping[str, str]
) -> AbstractAsyncContextManager[RestartedProcess]:
    async def launch() -> Process:
        return await _start(name, entry, context, environ)

    return restart_on_exit(name, launch, context, by=SIGTERM, timeout_s=_STOP_S)


async def _prepare(entry: Entry, context: ProcessContext, environ: Mapping[str, str]) -> str:
    """Run a step to its end and return what it had to say."""
    name = entry[-1]
    click.echo(f"Preparing: {name}")
    process = await _start(name, entry, context, environ, answers=True)
    try:
        said, _ = await process.communicate()
    finally:
        await stop(process, SIGTERM, _STOP_S)
    if process.returncode != 0:
        raise SettingsError(_reason(name, context.log(name)))
    return said.decode()


def _reason(name: str, log: Path) -> str:
    """What the step said was wrong, when it knew; else where to look."""
    last = log.read_text().splitlines()[-1:]
    if last and last[0].startswith(_ERROR):
        return last[0].removeprefix(_ERROR)
    return f"The step {name} failed: see {log}"


async def _until_ready(web: Process, port: int, context: ProcessContext) -> None:
    gives_up_at = asyncio.get_running_loop().time() + _READY_S
    while web.returncode is None and asyncio.get_running_loop().time() < gives_up_at:
        if await _answers_ready(port):
            return
        await asyncio.sleep(0.2)
    raise SettingsError(f"The web process did not become ready: see {context.log('web')}")


async def _answers_ready(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(HERE, port)
    except OSError:
        return False
    writer.write(f"GET /readyz HTTP/1.0\r\nHost: {HERE}:{port}\r\n\r\n".encode())
    status = await reader.readline()
    writer.close()
    return b" 200 " in status


async def _until_one_ends(children: Mapping[str, Process], context: ProcessContext) -> None:
    waits = {asyncio.create_task(child.wait()): name for name, child in children.items()}
    ended, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    name = waits[ended.pop()]
    code = children[name].returncode
    raise SettingsError(f"{name} ended (code {code}), and all with it: see {context.log(name)}")


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """What went wrong first, out of the groups that nested tasks wrap around it."""
    error = errors.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
