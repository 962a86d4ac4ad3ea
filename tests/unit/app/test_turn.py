"""`consultroom turn-config`: from settings to a file only its owner reads."""

import stat
from pathlib import Path

import pytest

from app.cli import main
from app.settings import Settings
from app.turn import coturn_server, turn_settings
from turn_config import TurnSecretUnreadable

SECRET, OTHER = "planted-turn-secret-1", "planted-turn-secret-2"


def secret_file(folder: Path, name: str, content: str, mode: int = 0o600) -> Path:
    file = folder / name
    file.write_text(content)
    file.chmod(mode)
    return file


def test_the_command_writes_both_secrets_into_a_private_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONSULTROOM_TURN_SECRET_FILE", str(secret_file(tmp_path, "now", SECRET + "\n")))
    monkeypatch.setenv("CONSULTROOM_TURN_OTHER_SECRET_FILE", str(secret_file(tmp_path, "next", OTHER)))
    output = tmp_path / "made" / "turnserver.conf"
    assert main(["turn-config", "--output", str(output)]) == 0
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert f"static-auth-secret={SECRET}\nstatic-auth-secret={OTHER}\n" in output.read_text()
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err
    assert main(["turn-config", "--coturn", "4.17.2"]) == 0
    assert f"static-auth-secret={SECRET}\n" in capsys.readouterr().out


@pytest.mark.parametrize(("content", "mode"), [(SECRET, 0o644), ("", 0o600), ("schl\u00fcssel" * 4, 0o600)])
def test_a_secret_that_cannot_be_used_is_one_clear_error(
    tmp_path: Path,
    content: str,
    mode: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = secret_file(tmp_path, "now", content, mode)
    monkeypatch.setenv("CONSULTROOM_TURN_SECRET_FILE", str(file))
    with pytest.raises(TurnSecretUnreadable):
        turn_settings(Settings())
    assert main(["turn-config"]) == 1
    said = capsys.readouterr().err
    assert "error[turn_secret_unreadable]" in said
    assert SECRET not in said


def test_the_relay_may_reach_the_addresses_participants_are_told(tmp_path: Path) -> None:
    settings = Settings(
        turn_secret_file=secret_file(tmp_path, "now", SECRET),
        media_addresses=("10.0.0.5", "10.1.0.0/16"),
        media_announced_addresses=("10.0.0.5=203.0.113.7",),
    )
    assert coturn_server(settings, "4.6.1").media == ("203.0.113.7", "10.0.0.5")


@pytest.mark.parametrize(
    "wrong",
    [
        {"media_announced_addresses": ("10.0.0.5",)},
        {"media_announced_addresses": ("10.0.0.5=2001:db8::1",)},
        {"media_port_min": 40_000},
        {"media_port_min": 50_000, "media_port_max": 40_000},
        {"turn_lifetime_s": 5},
        {"media_relay_url": "stun:turn.example"},
    ],
)
def test_settings_that_do_not_fit_stop_the_start(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Settings(**wrong)  # type: ignore[arg-type]  # wrong on purpose
