"""What the log says of a record that cannot be read."""

import pytest
from structlog.testing import capture_logs

from outcomes.errors import Unavailable
from outcomes.platform.access.data_keys import logging_damage
from outcomes.platform.encryption import DecryptionError, KeyUnavailable, SchemaError


@pytest.mark.parametrize(
    ("error", "event"),
    [(DecryptionError, "record_not_readable"), (SchemaError, "record_of_another_release")],
)
def test_damage_and_another_release_are_told_apart(error: type[Unavailable], event: str) -> None:
    with capture_logs() as logged, logging_damage():
        raise error
    assert [entry["event"] for entry in logged] == [event]


def test_missing_keys_are_neither() -> None:
    with pytest.raises(KeyUnavailable), logging_damage():
        raise KeyUnavailable
