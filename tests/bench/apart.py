"""A measurement in a process of its own: a Struct goes in as JSON, a Struct comes out."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

Result = TypeVar("Result", bound=Struct)


async def run_apart(module: str, given: Struct, result: type[Result]) -> Result:
    """Run a module of ours on `given`. Raises RuntimeError with what it said when it fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        cwd=Path(__file__).parents[2],
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
    )
    said, complained = await process.communicate(msgspec.json.encode(given))
    if process.returncode != 0:
        raise RuntimeError(complained.decode())
    return msgspec.json.decode(said, type=result)
