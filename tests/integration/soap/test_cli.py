"""`note` and `findings` as processes see them: files, pipes, exit status, one error line."""

import argparse
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from soap.cli import add_findings_command, add_note_command

pytestmark = pytest.mark.integration
DEMO = Path(__file__).resolve().parents[3] / "app" / "demo" / "consult.json"


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    add_note_command(commands)
    add_findings_command(commands)
    parsed = parser.parse_args(arguments)
    status: int = parsed.run(parsed)
    return status


def test_note_of_the_demo(tmp_path: Path) -> None:
    out = tmp_path / "note.json"
    assert run("note", str(DEMO), str(out)) == 0
    note: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    fever = next(s for s in note["statements"] if "fever" in s["text"])
    assert (fever["state"], fever["evidence"], fever["section"]) == (
        "absent",
        [6, 7],
        "subjective.review_of_systems",
    )
    assert {order["kind"] for order in note["orders"]} == {"medication", "lab", "followup"}
    assert "Denies fever" in note["text"]
    assert not any(item["text"] in note["text"] for item in note["review"])  # the tray is no part of the note


def test_note_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("note", str(DEMO), "--format", "text") == 0
    assert capsys.readouterr().out.startswith("CHIEF COMPLAINT\n- Left-sided headache for 3 days")


def test_transcribe_json_is_taken(tmp_path: Path) -> None:
    source = tmp_path / "t.json"
    turns = [
        {
            "speaker": "patient",
            "text": "I have a cough.",
            "start": 0.4,
            "end": 1.9,
            "confidence": 0.9,
            "words": [],
        }
    ]
    source.write_text(json.dumps({"model": "demo", "turns": turns}), encoding="utf-8")
    assert run("note", str(source), str(tmp_path / "o.json")) == 0


def test_batch(tmp_path: Path) -> None:
    demo = json.loads(DEMO.read_text(encoding="utf-8"))
    lines_in = [json.dumps({**demo, "id": name}) for name in ("a", "b")]
    (tmp_path / "in.jsonl").write_text("\n".join(lines_in) + "\n", encoding="utf-8")
    assert run("note", "--batch", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl")) == 0
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["a", "b"]


def test_a_line_of_a_batch_ends_at_its_line_feed_alone(tmp_path: Path) -> None:
    """JSON may hold the other line ends of Unicode unescaped."""
    turns = [{"speaker": "patient", "text": "I have a cough.\u2028No fever.\x85"}]
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"turns": turns}, ensure_ascii=False) + "\r\n\n", encoding="utf-8")
    assert run("note", "--batch", str(source), str(tmp_path / "out.jsonl")) == 0


def test_notes_of_a_batch_as_text_say_whose_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    turns = [{"speaker": "patient", "text": "I have a cough."}]
    source = tmp_path / "in.jsonl"
    source.write_text(
        "".join(json.dumps({"id": id_, "turns": turns}) + "\n" for id_ in ("a", 7)), encoding="utf-8"
    )
    assert run("note", "--batch", str(source), "--format", "text") == 0
    heads = [line for line in capsys.readouterr().out.splitlines() if line.startswith("=")]
    assert heads == ["=== a ===", "=== 7 ==="]


def test_findings(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    text = json.dumps({"id": 7, "text": "No fever, but I can't catch my breath."}).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert run("findings", "-") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["id"] == 7
    assert [(f["concept"], f["state"], f["text"], f["span"]) for f in found["findings"]] == [
        ("finding.fever", "absent", "fever", [3, 8]),
        ("finding.dyspnea", "present", "can't catch my breath", [16, 37]),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "transcript_empty"),
        ("not json", "transcript_not_json"),
        ("[1]", "transcript_malformed"),
        ("{}", "transcript_malformed"),
        ('{"turns": []}', "transcript_empty"),
        ('{"turns": [{"speaker": "doctor", "text": " . "}]}', "transcript_empty"),
        ('{"turns": [{"speaker": "nobody", "text": "x"}]}', "transcript_malformed"),
        ('{"turns": [{"speaker": "doctor", "text": 5}]}', "transcript_malformed"),
        ('{"turns": [{"speaker": "doctor", "text": "x", "start": "1"}]}', "transcript_malformed"),
        (
            '{"turns": [{"speaker": "doctor", "text": "x"}], "visit": {"patient": {"age": -1}}}',
            "transcript_malformed",
        ),
        ('{"turns": ' + "[" * 5000 + "]" * 5000 + "}", "transcript"),
        ('{"turns": "x"}', "transcript_malformed"),
        ('{"turns": [{"speaker": "doctor", "text": "' + "no pain " * 12_501 + '"}]}', "transcript_too_long"),
    ],
)
@pytest.mark.parametrize("command", ["note"])
def test_bad_input_is_one_clear_line(
    content: str, code: str, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "in.json", tmp_path / "out.json"
    source.write_text(content, encoding="utf-8")
    assert run(command, str(source), str(out)) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith(f"error[{code}")
    assert captured.err.count("\n") == 1
    assert " - " in captured.err
    assert captured.out == ""
    assert not out.exists()


def test_missing_and_binary_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("note", str(tmp_path / "none.json")) == 1
    (tmp_path / "b").write_bytes(b"\xff\xfe\x00RIFF")
    assert run("findings", str(tmp_path / "b")) == 1
    assert capsys.readouterr().err.count("error[file_unreadable]") == 2


def test_a_bad_line_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = json.dumps({"turns": [{"speaker": "patient", "text": "I have a cough."}]})
    (tmp_path / "in.jsonl").write_text(f"{good}\n{{}}\n", encoding="utf-8")
    assert run("note", "--batch", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl")) == 1
    assert "Line 2" in capsys.readouterr().err
    assert not (tmp_path / "out.jsonl").exists()
