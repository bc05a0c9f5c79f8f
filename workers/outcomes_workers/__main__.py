"""`python -m workers`: the worker on the settings in the environment."""

import os
import sys

from outcomes.errors import SettingsError
from outcomes.platform.clock import Clock
from outcomes.platform.encryption import AES_GCM
from outcomes.settings import Settings
from outcomes_workers.lifecycle import start


def main() -> None:
    """Work until a signal ends it."""
    try:
        start(Settings.from_environment(os.environ), cipher=AES_GCM, clock=Clock())
    except SettingsError as error:
        sys.exit(f"Error: {error.message}")


if __name__ == "__main__":
    main()
