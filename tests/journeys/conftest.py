"""The whole product as its user starts it, and a browser."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.journeys.browsing import PhoneUser, phone_user
from tests.journeys.staging import Stage, running_stage
from tests.platform.web.conftest import chromium

__all__ = ["chromium"]

SHOTS = "JOURNEY_SHOTS"
"""Names a folder in which the pictures of all pages, and the logs, are kept."""


@pytest.fixture(scope="package")
def stage(run_folder: Path, shots: Path) -> Iterator[Stage]:
    folder = Path(tempfile.mkdtemp(prefix="journey-", dir=run_folder))
    folder.chmod(0o711)
    with running_stage(folder) as running:
        yield running
        shutil.copytree(folder / "data/logs", shots / "logs", dirs_exist_ok=True)


@pytest.fixture(scope="package")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if kept := os.environ.get(SHOTS):
        Path(kept).mkdir(parents=True, exist_ok=True)
        return Path(kept)
    return tmp_path_factory.mktemp("shots")


@pytest.fixture
async def somebody(chromium: Browser, shots: Path) -> AsyncIterator[PhoneUser]:
    async with phone_user(chromium, shots) as user:
        yield user
