"""How soon `make run` is ready once it is set up, and what all of its processes hold when idle."""

import asyncio
import re
from collections import defaultdict
from pathlib import Path
from time import perf_counter

import httpx

from tests.bench.figures import say, say_figure
from tests.supervised import Supervised, started_supervisor

READY_AIM_S = 20
PSS_AIM_MB = 500
IDLE_S = 20
_NAMES = {
    r"tests\.supervised": "supervisor",
    "outcomes serve": "web",
    "workers": "worker",
    r"sms\.handset": "handset",
    "postgres": "PostgreSQL",
    "redis": "Redis",
}


async def test_ready_soon_and_small_when_idle(run_folder: Path) -> None:
    folder = run_folder / "idle"
    folder.mkdir(mode=0o711)
    with started_supervisor(folder) as first:
        first.read_until("Ready:")
        first.end()
    began = perf_counter()
    with started_supervisor(folder) as product:
        product.read_until("Ready:")
        ready_s = perf_counter() - began
        async with httpx.AsyncClient(base_url=product.url) as browser:
            assert (await browser.get("/sign-in")).is_success
        await asyncio.sleep(IDLE_S)
        held = _held_mb(product)
        product.end()
    say("`make run`, set up before, with the demo")
    say_figure(f"seconds until ready, aim < {READY_AIM_S}", f"{ready_s:.1f}")
    say_figure(f"MB of all processes (PSS), idle, aim < {PSS_AIM_MB}", f"{sum(held.values()):.0f}")
    for name, size in sorted(held.items(), key=lambda one: -one[1]):
        say_figure(f"  {name}", f"{size:.0f}")


def _held_mb(product: Supervised) -> dict[str, float]:
    """The proportional share of memory by part; pages that processes share count once in all."""
    held: dict[str, float] = defaultdict(float)
    for pid in (product.process.pid, *product.children()):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        smaps = Path(f"/proc/{pid}/smaps_rollup").read_text()
        (pss_kb,) = re.findall(r"^Pss: +(\d+) kB", smaps, flags=re.MULTILINE)
        held[_name(command)] += int(pss_kb) / 1024
    return held


def _name(command: str) -> str:
    return next((name for pattern, name in _NAMES.items() if re.search(pattern, command)), command)
