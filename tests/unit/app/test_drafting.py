"""From what was said to lines of the record: which utterance, and which of its versions, each line rests on."""

from uuid import UUID

from app.flows import as_statement
from clinical_store import TranscriptTurn
from soap import State, Statement


def turn(number: int, revision: int) -> TranscriptTurn:
    return TranscriptTurn(
        utterance_id=UUID(int=number),
        participant_id=UUID(int=100),
        speaker="patient",
        text="My head hurts.",
        start=float(number),
        end=number + 1.0,
        confidence=None,
        revision=revision,
    )


def test_a_line_names_its_utterances_and_the_revisions_it_was_drafted_from() -> None:
    said = Statement(
        key="subjective.hpi:finding.headache",
        section="subjective.hpi",
        text="Headache.",
        evidence=(0, 2),
        state=State.PRESENT,
        confidence=0.9,
    )
    line = as_statement(said, [turn(1, 1), turn(2, 1), turn(3, 4)])
    assert line.evidence == (UUID(int=1), UUID(int=3))
    assert line.heard == (1, 4)


def test_a_diagnosis_code_enters_the_record_by_hand_only() -> None:
    """Not even the likely one of a diagnosis: it would be claimed for the visit by whoever signs."""
    said = Statement(
        key="assessment:condition.migraine",
        section="assessment",
        text="Migraine.",
        evidence=(0,),
        state=State.PRESENT,
        confidence=0.9,
        codes={"snomed": "37796009", "icd10cm": "G43.909"},
    )
    assert as_statement(said, [turn(1, 1)]).codes == ("snomed:37796009",)
