"""Sets up this checkout for `make`: environment, locked packages, style sheets.

Needs only a Python with `venv`. Each package is checked against its hash in the lock files, and the
product itself is installed last, in place. While the lock files are unchanged, nothing is
fetched. Concurrent runs in one checkout wait for each other.

    python3 src/outcomes/local/bootstrap.py             what `make run` needs
    python3 src/outcomes/local/bootstrap.py --browser   also Chromium, for the tests
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
VENV = CHECKOUT / ".venv"
STAMP = VENV / "set-up"
LOCK_FILES = ("requirements.txt", "package-lock.json")
MANIFEST = CHECKOUT / "src/outcomes/platform/web/static/vendor/manifest.json"
PYTHONS = ("3.13", "3.12", "3.11", "3.14")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    with exclusive_lock():
        if not is_set_up():
            set_up()
        if "--browser" in sys.argv[1:]:
            ensure_browser()


@contextmanager
def exclusive_lock() -> Iterator[None]:
    """Lock the checkout itself, so that no file is left behind."""
    folder = os.open(CHECKOUT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def is_set_up() -> bool:
    needed = (STAMP, MANIFEST, VENV / "bin/python")
    return all(path.exists() for path in needed) and STAMP.read_text() == stamp()


def stamp() -> str:
    """What the environment was made from; its first line is `place`."""
    locks = b"".join((CHECKOUT / name).read_bytes() for name in LOCK_FILES)
    return f"{place()}\n{hashlib.sha256(locks).hexdigest()}\n"


def place() -> str:
    """The checkout and Python version; an environment works for no other."""
    version, _ = python()
    return f"{CHECKOUT} with Python {version}"


def set_up() -> None:
    say("Setting up 1/3: Python environment")
    make_environment()
    say("Setting up 2/3: Python packages, about half a minute")
    pip = (VENV / "bin/python", "-m", "pip", "--disable-pip-version-check", "install")
    run(*pip, "--require-hashes", "-r", "requirements.txt")
    run(*pip, "--no-deps", "--no-build-isolation", "-e", ".")
    say("Setting up 3/3: style sheets")
    run(VENV / "bin/python", "-m", "outcomes.local.assets")
    STAMP.write_text(stamp())
    say("Set up.")


def make_environment() -> None:
    """Create the environment, unless a complete one for this checkout and Python exists."""
    made_at = STAMP.read_text().partition("\n")[0] if STAMP.exists() else ""
    works = made_at == place() and (VENV / "bin/python").exists()
    STAMP.unlink(missing_ok=True)
    _, program = python()
    run(program, "-m", "venv", *([] if works else ["--clear"]), VENV)


@cache
def python() -> tuple[str, str]:
    """A supported Python with its version: this one, otherwise one on the path."""
    this = ".".join(map(str, sys.version_info[:2]))
    if this in PYTHONS:
        return this, sys.executable
    for version in PYTHONS:
        found = shutil.which(f"python{version}")
        if found and subprocess.run([found, "-c", ""], check=False).returncode == 0:
            return version, found
    sys.exit("Python 3.11, 3.12, 3.13 or 3.14 is needed, and none was found.")


def ensure_browser() -> None:
    if any(map(shutil.which, BROWSERS)):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing Chromium")
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        run("apt-get", "-q", "update")
        run("apt-get", "-q", "install", "-y", "chromium")
    if not any(map(shutil.which, BROWSERS)):
        sys.exit("The tests drive Chromium: install it, so that `chromium` is on the path.")


def run(*command: str | Path) -> None:
    if subprocess.run(command, cwd=CHECKOUT, check=False).returncode != 0:
        sys.exit(f"Set-up stopped: {' '.join(map(str, command))} failed, see above.")


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
