"""The environment is read strictly, and no refusal repeats a value."""

from pathlib import Path

import pytest

from outcomes.errors import SettingsError
from outcomes.settings import EmbeddedSettings, Settings

GOOD = {
    "OUTCOMES_DATABASE_OWNER_URL": "postgresql://here_owner:0123456789abcdef@db:5432/outcomes",
    "OUTCOMES_DATABASE_APP_URL": "postgresql://here_app:0123456789abcdef@db:5432/outcomes",
    "OUTCOMES_DATABASE_AUTH_URL": "postgresql://here%5Fauth:0123456789abcdef@db:5432/outcomes",
    "OUTCOMES_REDIS_URL": "redis://:secret@queue:6379/0",
    "OUTCOMES_KEYS": "/srv/keys",
    "OUTCOMES_PUBLIC_URL": "https://outcomes.example/",
    "OUTCOMES_TWILIO_ACCOUNT_SID": "AC" + "0a" * 16,
    "OUTCOMES_TWILIO_AUTH_TOKEN": "f" * 32,
    "OUTCOMES_PRACTICE_DATA_ONLY": "yes",
}


def test_a_whole_environment_is_read() -> None:
    settings = Settings.from_environment({**GOOD, "HOME": "/root", "PORT": "9000"})
    assert settings.database.app_role == "here_app"
    assert settings.database.auth_role == "here_auth"
    assert settings.public_url == "https://outcomes.example"
    assert settings.twilio_base_url == "https://api.twilio.com"
    assert settings.practice_data_only
    assert (settings.port, settings.pool_size, settings.log_level) == (9000, 8, "info")


def test_settings_do_not_print_what_they_hold() -> None:
    settings = Settings.from_environment(GOOD)
    assert "0123456789abcdef" not in f"{settings!r} {settings.database!r}"


@pytest.mark.parametrize("name", sorted(GOOD.keys() - {"OUTCOMES_PRACTICE_DATA_ONLY"}))
def test_a_missing_value_is_named(name: str) -> None:
    environ = {key: value for key, value in GOOD.items() if key != name}
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment(environ)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OUTCOMES_DATABSE_OWNER_URL", "x"),
        ("OUTCOMES_NULL_CIPHER", "yes"),
        ("OUTCOMES_POSTGRES_BIN", "/usr/lib/postgresql/18/bin"),
        ("OUTCOMES_DATABASE_APP_URL", "mysql://app:0123456789abcdef@db/outcomes"),
        ("OUTCOMES_DATABASE_APP_URL", "postgresql://db/outcomes"),
        ("OUTCOMES_DATABASE_APP_URL", "postgresql://app:0123456789abcdef@db"),
        ("OUTCOMES_DATABASE_APP_URL", "postgresql://app:short-one@db/outcomes"),
        ("OUTCOMES_REDIS_URL", "http://queue"),
        ("OUTCOMES_PUBLIC_URL", "http://outcomes.example"),
        ("OUTCOMES_PUBLIC_URL", "https://outcomes.example/path"),
        ("OUTCOMES_TWILIO_BASE_URL", "http://api.example"),
        ("OUTCOMES_TWILIO_ACCOUNT_SID", "AC123"),
        ("OUTCOMES_TWILIO_AUTH_TOKEN", "f" * 31),
        ("OUTCOMES_PRACTICE_DATA_ONLY", "YES"),
        ("OUTCOMES_LOG_LEVEL", "loud"),
        ("OUTCOMES_POOL_SIZE", "0"),
        ("OUTCOMES_POOL_SIZE", "٣"),
        ("PORT", "65536"),
        ("PORT", "8000; true"),
    ],
)
def test_what_cannot_be_accepted_is_refused_without_repeating_it(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as refusal:
        Settings.from_environment({**GOOD, name: value})
    assert "\n" not in refusal.value.message
    assert "0123456789abcdef" not in refusal.value.message


def test_three_roles_are_three() -> None:
    with pytest.raises(SettingsError, match="three different roles"):
        Settings.from_environment(
            {**GOOD, "OUTCOMES_DATABASE_AUTH_URL": GOOD["OUTCOMES_DATABASE_OWNER_URL"]}
        )


def test_real_data_waits_until_it_is_safe() -> None:
    Settings.from_environment(GOOD).require_practice_data()
    for answer in ("no", ""):
        real = Settings.from_environment({**GOOD, "OUTCOMES_PRACTICE_DATA_ONLY": answer})
        with pytest.raises(SettingsError, match="OUTCOMES_PRACTICE_DATA_ONLY=yes"):
            real.require_practice_data()


@pytest.mark.parametrize(
    ("home", "keys"), [("data", "data/keys"), ("keys/data", "keys"), ("both", "both")]
)
def test_keys_and_data_are_never_one_in_the_other(home: str, keys: str, tmp_path: Path) -> None:
    places = {"OUTCOMES_HOME": str(tmp_path / home), "OUTCOMES_KEYS": str(tmp_path / keys)}
    with pytest.raises(SettingsError, match="OUTCOMES_KEYS may not be inside OUTCOMES_HOME"):
        EmbeddedSettings.from_environment(places)
    with pytest.raises(SettingsError, match="OUTCOMES_KEYS may not be inside OUTCOMES_HOME"):
        Settings.from_environment({**GOOD, **places})


def test_a_link_does_not_hide_that_keys_are_inside(tmp_path: Path) -> None:
    (tmp_path / "data/inside").mkdir(parents=True)
    (tmp_path / "looks-apart").symlink_to(tmp_path / "data/inside")
    with pytest.raises(SettingsError, match="OUTCOMES_KEYS"):
        EmbeddedSettings.from_environment(
            {
                "OUTCOMES_HOME": str(tmp_path / "data"),
                "OUTCOMES_KEYS": str(tmp_path / "looks-apart/keys"),
            }
        )


def test_run_needs_nothing_and_keeps_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = EmbeddedSettings.from_environment({})
    assert settings.home == tmp_path / ".outcomes/data"
    assert settings.keys == tmp_path / ".outcomes/keys"
    assert settings.port == 8000


@pytest.mark.parametrize("name", ["OUTCOMES_DATABASE_APP_URL", "OUTCOMES_TWILIO_AUTH_TOKEN"])
def test_run_refuses_the_servers_of_others(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        EmbeddedSettings.from_environment({name: GOOD[name]})
