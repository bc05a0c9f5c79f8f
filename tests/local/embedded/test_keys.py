"""Data and keys belong together: neither starts without the other, and a restore is enough."""

import shutil
from pathlib import Path

from outcomes.platform.encryption import backup, restore
from tests.local.embedded.conftest import Start

PASSPHRASE = "eleven grey herons and seven red kites"


def starts(start: Start, where: Path) -> bool:
    product = start(where)
    product.read_until("Ready: ")
    return product.end() == 0


def refusal(start: Start, where: Path) -> str:
    product = start(where)
    line = product.read_until("Error: ")
    assert product.process.wait(timeout=60) == 1
    return line


def test_a_home_starts_with_its_own_keys_only(start: Start, folder: Path) -> None:
    mine, other = folder / "mine", folder / "other"
    assert starts(start, mine)
    assert starts(start, other)
    backup(mine / "keys", folder / "mine.backup", passphrase=PASSPHRASE, home=mine / "data")

    (mine / "keys").rename(folder / "put-away")
    assert "cannot be read without its keys" in refusal(start, mine)

    shutil.copytree(other / "keys", mine / "keys")
    assert "belongs to other keys" in refusal(start, mine)

    shutil.rmtree(mine / "keys")
    restore(folder / "mine.backup", mine / "keys", passphrase=PASSPHRASE)
    assert starts(start, mine)
    assert starts(start, mine)
