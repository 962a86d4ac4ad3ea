"""Settings: a bad value stops the start, sockets fit the kernel, and the documented page is the real one."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import MAX_SOCKET_FOLDER, DatabaseUrlMissing, Settings
from tools.configuration_page import PAGE, page


def test_an_unknown_time_zone_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSULTROOM_TIME_ZONE", "Europe/Nowhere")
    with pytest.raises((ValidationError, KeyError)):
        Settings()


@pytest.mark.parametrize(
    "number",
    ["+44 20 7946 0018", "+442079460018", "020 7946-0018", "(020) 7946 0018 ext. 4, ask for Kim", ""],
)
def test_a_telephone_number_as_people_write_it(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    monkeypatch.setenv("CONSULTROOM_CLINIC_PHONE", number)
    assert Settings().clinic_phone == number


@pytest.mark.parametrize("nonsense", ["call us", "12", "<b>020 7946 0018</b>", "+44\n20 7946 0018", "0" * 61])
def test_what_nobody_can_dial_stops_the_start(monkeypatch: pytest.MonkeyPatch, nonsense: str) -> None:
    monkeypatch.setenv("CONSULTROOM_CLINIC_PHONE", nonsense)
    with pytest.raises(ValidationError):
        Settings()


def test_sockets_fit_into_the_kernels_path_length(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 60) / ("b" * 60)
    settings = Settings().model_copy(update={"data_dir": deep})
    assert len(str(settings.runtime_dir)) <= MAX_SOCKET_FOLDER


def test_the_same_data_folder_has_the_same_socket_folder(tmp_path: Path) -> None:
    first, second = (Settings().model_copy(update={"data_dir": tmp_path / ("c" * 90)}) for _ in range(2))
    assert first.runtime_dir == second.runtime_dir


def test_a_process_without_a_database_says_what_to_do() -> None:
    with pytest.raises(DatabaseUrlMissing) as refused:
        _ = Settings().model_copy(update={"database_url": ""}).required_database_url
    assert "consultroom up" in refused.value.next_step


def test_the_page_of_settings_is_up_to_date() -> None:
    assert PAGE.read_text() == page()
