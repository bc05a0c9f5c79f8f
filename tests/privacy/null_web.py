"""The web process with a cipher that hides nothing: `python -m tests.privacy.null_web`."""

import os

from outcomes.operations.serve import serve
from outcomes.settings import Settings
from tests.moment import CLOCK
from tests.platform.encryption.null_cipher import NULL_CIPHER

if __name__ == "__main__":
    serve(Settings.from_environment(os.environ), cipher=NULL_CIPHER, clock=CLOCK)
