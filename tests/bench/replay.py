"""The SQL of a request by bare asyncpg: what the product's own work is compared with.

As a module it reads a `Replay` from standard input and prints what was `Replayed`.
"""

import asyncio
import sys
from time import perf_counter, process_time
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import uvloop
from msgspec import Struct

from outcomes.platform.db import SERVER_SETTINGS, nothing_to_reset
from tests.bench.apart import run_apart
from tests.wire import Statement


class Step(Struct, frozen=True):
    """A statement, its parameters as the server prints them, and those of them (by position) for
    which each replay needs a UUID of its own; equal numbers get the same one."""

    sql: str
    parameters: tuple[str | None, ...]
    fresh: dict[int, int] = {}


class Unit(Struct, frozen=True):
    """What goes over one borrowed connection of a role's pool."""

    role: str
    steps: tuple[Step, ...]


Script = tuple[Unit, ...]


class Pool(Struct, frozen=True):
    """As the product makes its own."""

    role: str
    url: str
    size: int


class Replay(Struct, frozen=True):
    """A script for each caller, who replays it for so many seconds, or once when these are 0."""

    pools: tuple[Pool, ...]
    scripts: tuple[Script, ...]
    warm_up_s: float = 0
    seconds: float = 0


class Replayed(Struct, frozen=True):
    """How often in a second, and the processor time of each."""

    a_second: float
    cpu_us: float


async def replay(spec: Replay) -> Replayed:
    """Run the callers in another process."""
    return await run_apart("tests.bench.replay", spec, Replayed)


def script_of(first: list[Statement], second: list[Statement]) -> Script:
    """The script of a request that was sent twice: UUIDs in which the two differ are fresh ones."""
    assert [one.sql for one in first] == [other.sql for other in second]
    fresh: dict[str | None, int] = {}
    units: list[Unit] = []
    steps: list[Step] = []
    for one, other in zip(first, second, strict=True):
        differ = {
            position: fresh.setdefault(value, len(fresh))
            for position, value in enumerate(one.parameters)
            if value != other.parameters[position] and _is_uuid(value)
        }
        steps.append(Step(one.sql, one.parameters, differ))
        if one.ends or not steps[0].sql.startswith("BEGIN"):
            units.append(Unit(one.role, tuple(steps)))
            steps = []
    return tuple(units)


def statements_in(script: Script) -> list[str]:
    """Every statement of a script, in order."""
    return [step.sql for unit in script for step in unit.steps]


def beginnings(script: Script) -> list[Script]:
    """The script up to its first transaction, then with an empty second one, then with one more of
    its statements each time; the last, which is the whole, is left out."""
    session, work = script
    begin, *statements, commit = work.steps
    cuts = [(begin, *statements[:count], commit) for count in range(len(statements))]
    return [(session,), *((session, Unit(work.role, steps)) for steps in cuts)]


def _is_uuid(value: str | None) -> bool:
    try:
        return str(UUID(value or "")) == value
    except ValueError:
        return False


class _Runner:
    """Pools like the product's: of its size, behind a gate that is first come, first served."""

    def __init__(self, pools: tuple[Pool, ...]) -> None:
        self._pools = {one.role: one for one in pools}
        self._gates = {one.role: asyncio.Semaphore(one.size) for one in pools}
        self._open: dict[str, asyncpg.Pool] = {}

    async def open(self) -> None:
        for role, pool in self._pools.items():
            self._open[role] = await asyncpg.create_pool(
                pool.url,
                min_size=0,
                max_size=pool.size,
                server_settings=SERVER_SETTINGS,
                reset=nothing_to_reset,
            )

    async def close(self) -> None:
        for pool in self._open.values():
            await pool.close()

    async def typed(self, unit: Unit, step: Step) -> list[Any]:
        """The parameters as values: the server turns its own text into each parameter's type."""
        if not step.parameters:
            return []
        async with self._open[unit.role].acquire() as conn:
            types = (await conn.prepare(step.sql)).get_parameters()
            casts = (f"${n}::text::{one.name}" for n, one in enumerate(types, 1))
            return list(await conn.fetchrow(f"SELECT {', '.join(casts)}", *step.parameters))

    async def run(self, script: list[tuple[str, list[tuple[Step, list[Any]]]]]) -> None:
        """All of a script once, in order."""
        own: dict[int, UUID] = {}
        for role, steps in script:
            async with self._gates[role], self._open[role].acquire() as conn:
                for step, values in steps:
                    if not values:
                        await conn.execute(step.sql)
                        continue
                    for position, number in step.fresh.items():
                        values[position] = own.get(number) or own.setdefault(number, uuid4())
                    await conn.fetch(step.sql, *values)


async def _run(spec: Replay) -> Replayed:
    runner = _Runner(spec.pools)
    await runner.open()
    scripts = [
        [
            (unit.role, [(step, await runner.typed(unit, step)) for step in unit.steps])
            for unit in one
        ]
        for one in spec.scripts
    ]
    begins_at = perf_counter() + spec.warm_up_s
    ends_at, done, used_s = begins_at + spec.seconds, 0, 0.0

    async def call(script: list[tuple[str, list[tuple[Step, list[Any]]]]]) -> None:
        nonlocal done, used_s
        while True:
            await runner.run(script)
            now = perf_counter()
            if now >= ends_at:
                return
            if now >= begins_at:
                used_s = used_s or process_time()
                done += 1

    await asyncio.gather(*(call(script) for script in scripts))
    used_s = process_time() - used_s
    await runner.close()
    return Replayed(done / (spec.seconds or 1), used_s / (done or 1) * 1_000_000)


if __name__ == "__main__":
    given = msgspec.json.decode(sys.stdin.buffer.read(), type=Replay)
    print(msgspec.json.encode(uvloop.run(_run(given))).decode())
