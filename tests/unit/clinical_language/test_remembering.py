"""What is kept of what was said: asked once, bounded in length, and dropped on demand."""

from clinical_language.remembering import LONGEST, forget, remembered


def test_an_answer_is_kept_until_all_is_forgotten() -> None:
    asked: list[str] = []

    @remembered
    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    assert [length("a cough"), length("a cough")] == [7, 7]
    assert asked == ["a cough"]
    forget()
    assert length("a cough") == 7
    assert asked == ["a cough", "a cough"]


def test_what_is_too_long_is_never_kept() -> None:
    asked = 0

    @remembered
    def length(text: str) -> int:
        nonlocal asked
        asked += 1
        return len(text)

    speech = "x" * (LONGEST + 1)
    assert length(speech) == length(speech) == len(speech)
    assert asked == 2
