"""Ports of this machine: find a free one, and check that a given one is free."""

import socket

from outcomes.errors import SettingsError

HERE = "127.0.0.1"


def free_port() -> int:
    """A port that is not in use."""
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        port: int = probe.getsockname()[1]
        return port


def refuse_taken(port: int) -> None:
    """Raises SettingsError when the port is in use, or may not be used."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HERE, port))
            probe.listen()
        except OSError as error:
            raise SettingsError(
                f"Port {port} cannot be used ({error.strerror}): choose another with PORT=."
            ) from error
