"""The web process with a cipher that hides nothing: `python -m tests.privacy.null_web`."""

import os

from outcomes.clock import Clock
from outcomes.serve import serve
from outcomes.settings import Settings
from tests.encryption.null_cipher import NULL_CIPHER

if __name__ == "__main__":
    serve(Settings.from_environment(os.environ), cipher=NULL_CIPHER, clock=Clock())
