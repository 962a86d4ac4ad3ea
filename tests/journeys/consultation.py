"""A consultation that was spoken and written down, with something to look at in every corner of its note."""

from __future__ import annotations

from uuid import UUID

from app.later import draft_later
from app.wiring import Clinic as Parts
from clinical_store import HeardText
from tests.integration.app.recorded import RecordedVisit, recorded_visit

SAID = (
    ("doctor", "What brings you in today?"),
    ("patient", "I have had a terrible headache for three days, on the left side."),
    ("doctor", "How bad is it from one to ten?"),
    ("patient", "About seven out of ten, and it is worse in the morning."),
    ("doctor", "Do you have any fever, or blurred vision?"),
    ("patient", "No, no fever and no blurred vision."),
    ("doctor", "Any nausea?"),
    ("patient", "Yes, I feel sick in the morning, and light hurts my eyes."),
    ("doctor", "Have you had migraines before?"),
    ("patient", "I had migraines as a teenager. And I have high blood pressure."),
    ("doctor", "What medicine do you take?"),
    ("patient", "I take lisinopril ten milligrams once a day."),
    ("doctor", "Are you allergic to anything?"),
    ("patient", "Penicillin. It gives me a rash."),
    ("doctor", "Do you smoke?"),
    ("patient", "I smoke about ten cigarettes a day."),
    ("doctor", "Any chest pain?"),
    ("patient", "My sister asked me that as well."),
    ("doctor", "Your blood pressure today is 142 over 88."),
    ("doctor", "I think this is a migraine."),
    ("doctor", "Please take ibuprofen 400 milligrams three times a day with food for five days."),
    ("doctor", "We will do a full blood count, and I will refer you to a neurologist."),
    ("doctor", "If the headache becomes suddenly very bad, call an ambulance."),
    ("doctor", "Come back in two weeks."),
)
SECONDS = 5.0
"""Between the beginnings of two lines."""


async def consultation(parts: Parts) -> RecordedVisit:
    """Ended, written down, and drafted by the clinic's own worker a moment later."""
    visit = await recorded_visit(parts)
    async with parts.database.transaction() as session:
        people = {one.role: one.id for one in await parts.store.participants(session, visit.id)}
    for at, (who, words) in enumerate(SAID):
        await say(parts, visit.id, people[who], 20.0 + at * SECONDS, words)
    async with parts.database.transaction() as session:
        await draft_later(session, visit.id)
    return visit


async def say(parts: Parts, visit_id: UUID, participant_id: UUID, start: float, words: str) -> None:
    async with parts.database.transaction() as session:
        said = await parts.store.add_utterance(
            session,
            visit_id=visit_id,
            participant_id=participant_id,
            start=start,
            end=start + 3.0,
            audio=b"\0" * 320,
        )
        assert said
        heard = HeardText(text=words, confidence=0.95)
        await parts.store.complete_utterance(session, said.id, heard, model="base.en")
