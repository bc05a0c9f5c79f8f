"""The worker with a cipher that hides nothing: `python -m tests.privacy.null_worker`."""

import os

from outcomes.settings import Settings
from outcomes_workers.lifecycle import start
from tests.moment import CLOCK
from tests.platform.encryption.null_cipher import NULL_CIPHER

if __name__ == "__main__":
    start(Settings.from_environment(os.environ), cipher=NULL_CIPHER, clock=CLOCK)
