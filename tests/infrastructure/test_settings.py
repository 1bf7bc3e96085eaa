"""Where settings come from, which wins, and what is said about bad ones."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from campaigns.infrastructure.settings import Secret, Settings
from campaigns.infrastructure.settings_sources import SettingsError, effective, load_settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "campaigns.toml"


def test_nothing_configured_means_embedded_servers_on_loopback() -> None:
    settings = load_settings({})
    assert settings.embedded_database()
    assert settings.embedded_nats()
    assert (settings.port, settings.host) == (8080, "127.0.0.1")


def test_the_environment_wins_over_the_file_and_the_file_over_defaults(file: Path) -> None:
    file.write_text('port = 1000\nlog_level = "error"\n')
    settings = load_settings({"PORT": "2000"}, file)
    assert (settings.port, settings.log_level, settings.db_port) == (2000, "error", 5432)


def test_a_file_named_by_the_environment_is_read(file: Path) -> None:
    file.write_text("port = 1000\n")
    assert load_settings({"CAMPAIGNS_CONFIG": str(file)}).port == 1000


def test_a_secret_comes_from_a_file_without_its_line_break(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from the file\n")
    settings = load_settings({"DB_PASSWORD": "from outside", "DB_PASSWORD_FILE": str(tmp_path / "password")})
    assert settings.db_password == Secret("from the file")


@pytest.mark.parametrize(
    ("environment", "port"),
    [
        ({"PORT": "1", "CAMPAIGN_SERVICE_PORT": "2", "CAMPAIGN_API_PORT": "3"}, 1),
        ({"CAMPAIGN_SERVICE_PORT": "2", "CAMPAIGN_API_PORT": "3"}, 2),
        ({"CAMPAIGN_API_PORT": "3"}, 3),
        ({"PORT": ""}, 8080),
    ],
)
def test_older_names_are_understood_and_newer_ones_win(environment: dict[str, str], port: int) -> None:
    assert load_settings(environment).port == port


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("PORT", "70000", "must be at most 65535"),
        ("PORT", "many", "must be a whole number, not a text"),
        ("DB_SSLMODE", "perhaps", "must be one of allow, disable, prefer, require, verify-ca, verify-full"),
        ("RULES_SERVICE_URL", "ftp://rules", "https?"),
        ("CAMPAIGNS_LOCAL_ACCESS", "maybe", "must be true or false"),
        ("CAMPAIGNS_WORKERS", "0", "must be at least 1"),
        ("DB_PASSWORD_FILE", "/no/such/file", "cannot be read"),
        ("CAMPAIGNS_CONFIG", "/no/such/file", "cannot be read"),
    ],
)
def test_a_bad_value_is_named_with_its_rule(name: str, value: str, rule: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        load_settings({name: value})
    (problem,) = refusal.value.problems
    assert name in problem or value in problem
    assert rule in problem


def test_every_bad_value_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as refusal:
        load_settings({"PORT": "x", "DB_PORT": "x", "SMTP_PORT": "x"})
    assert len(refusal.value.problems) == 3


def test_an_unknown_key_of_the_file_is_an_error(file: Path) -> None:
    file.write_text("prot = 1000\n")
    with pytest.raises(SettingsError, match="no setting 'prot'"):
        load_settings({}, file)


def test_a_file_that_is_no_toml_is_an_error(file: Path) -> None:
    file.write_text("port: 1000\n")
    with pytest.raises(SettingsError, match="is not TOML"):
        load_settings({}, file)


def test_a_bad_secret_is_not_repeated(file: Path) -> None:
    file.write_text("db_password = 31337\n")
    with pytest.raises(SettingsError) as refusal:
        load_settings({}, file)
    assert "31337" not in str(refusal.value)


def test_no_secret_is_shown() -> None:
    settings = load_settings(
        {
            "DATABASE_URL": "postgresql://me:hunter2@db/x",
            "NATS_URL": "nats://hunter2@a:1,nats://me:hunter2@b:2",
            "NATS_TOKEN": "hunter2",
            "SMTP_PASSWORD": "hunter2",
            "TRACKING_KEYS": "hunter2",
        }
    )
    assert "hunter2" not in str(effective(settings))
    assert "hunter2" not in repr(effective(settings))
    assert "hunter2" not in f"{settings.database_url} {settings.nats_token!r}"


def test_every_setting_is_shown_under_a_name_that_sets_it() -> None:
    shown = effective(Settings())
    assert len(shown) == len(Settings.__struct_fields__)
    plain = {name: str(value) for name, value in shown.items() if value is not None}
    written = {name: value.lower() if value in ("True", "False") else value for name, value in plain.items()}
    assert load_settings(written) == Settings()


@given(
    user=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1),
    password=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1),
    name=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1),
)
def test_the_parts_of_a_database_address_reach_the_driver_as_they_are(user: str, password: str, name: str) -> None:
    settings = Settings(db_host="db.example", db_user=user, db_password=Secret(password), db_name=name)
    given_to_libpq = conninfo_to_dict(str(settings.database()))
    assert (given_to_libpq["user"], given_to_libpq["password"], given_to_libpq["dbname"]) == (user, password, name)
