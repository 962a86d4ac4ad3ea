"""`consultroom note` and `findings` over HTTP: a transcript in, a draft or findings out; nothing is kept."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from access import Permission
from app.side_work import FINDINGS, NOTE
from core.errors import Forbidden, ServiceError
from core.http import Call, route
from core.side_process import Refused, SideProcess, SideProcessBusy, SideProcessLost, SideProcessSlow
from soap.errors import TranscriptEmpty, TranscriptMalformed, TranscriptTooLong

_REFUSALS: dict[str, type[ServiceError]] = {
    error.code: error for error in (TranscriptEmpty, TranscriptMalformed, TranscriptTooLong)
}
_ERRORS: tuple[type[ServiceError], ...] = (
    Forbidden,
    *_REFUSALS.values(),
    SideProcessBusy,
    SideProcessSlow,
    SideProcessLost,
)
_IN = ConfigDict(
    frozen=True, extra="ignore"
)  # as the command line: a transcript holds more than a note needs
_OUT = ConfigDict(frozen=True, extra="ignore")


Id = Annotated[str, Field(max_length=200)] | int  # the caller's own, given back


class SpokenTurn(BaseModel):
    """One utterance; `start` and `end` in seconds."""

    model_config = _IN

    speaker: Literal["doctor", "patient", "companion"]
    text: str
    start: float | None = Field(default=None, allow_inf_nan=False)
    end: float | None = Field(default=None, allow_inf_nan=False)


class SpokenPatient(BaseModel):
    """What is known of the patient. `age` in years."""

    model_config = _IN

    age: float | None = Field(default=None, ge=0, le=130)
    sex: str = Field(default="", max_length=20)


class SpokenVisit(BaseModel):
    """What is known of the visit. `date`: its day, which dates what was said relative to it."""

    model_config = _IN

    date: str | None = Field(default=None, max_length=40)
    patient: SpokenPatient = SpokenPatient()


class TranscriptInput(BaseModel):
    """A transcript as `consultroom transcribe --format json` writes it."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        json_schema_extra={
            "examples": [
                {
                    "id": "a",
                    "turns": [
                        {"speaker": "doctor", "text": "Any fever or cough?"},
                        {"speaker": "patient", "text": "No fever, but I have had a cough for three days."},
                    ],
                }
            ]
        },
    )

    id: Id | None = None
    visit: SpokenVisit = SpokenVisit()
    turns: Annotated[tuple[SpokenTurn, ...], Field(max_length=20_000)]


class FindingsInput(BaseModel):
    """One free text of a patient, or a transcript."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        json_schema_extra={"examples": [{"text": "I can't catch my breath, but no chest pain."}]},
    )

    id: Id | None = None
    text: str | None = None
    visit: SpokenVisit = SpokenVisit()
    turns: Annotated[tuple[SpokenTurn, ...] | None, Field(max_length=20_000)] = None


class DraftedStatement(BaseModel):
    """One line of the draft. `evidence`: indexes of the turns that it rests on, never empty. `problem`: what a line of
    the plan is for, and `part` which part of the plan it is."""

    model_config = _OUT

    key: str
    section: str
    text: str
    evidence: list[int]
    state: str
    confidence: float
    codes: dict[str, str]
    problem: str = ""
    part: str = ""


class DraftedReview(BaseModel):
    """What the doctor must decide; it is not in the text, or is doubtful there."""

    model_config = _OUT

    key: str
    reason: str
    text: str
    evidence: list[int]


class DraftedOrder(BaseModel):
    """An order found in the plan, in the words that were said. `details`: its parts by name, such as `dose`."""

    model_config = _OUT

    key: str
    kind: Literal["medication", "lab", "imaging", "referral", "followup"]
    description: str
    reason: str
    evidence: list[int]
    details: dict[str, str] = {}


class SuggestedCode(BaseModel):
    """A billable ICD-10-CM code that a line supports. `statement`: key of the line; `evidence`: its turns."""

    model_config = _OUT

    code: str
    title: str
    statement: str
    evidence: list[int]
    score: float


class Topic(BaseModel):
    """Which of MTS-Dialog's twenty section headers the talk as a whole is about; 0 <= confidence <= 1."""

    model_config = _OUT

    header: str
    confidence: float


class DraftedNote(BaseModel):
    """The draft: `text` for reading, the rest for working with; statements in the order of the note."""

    model_config = _OUT

    id: Id | None
    text: str
    statements: list[DraftedStatement]
    review: list[DraftedReview]
    orders: list[DraftedOrder]
    coding: list[SuggestedCode]
    not_discussed: list[str]
    topic: Topic


class Finding(BaseModel):
    """A concept that was spoken of. `span`: characters of `text`, or of turn `turn`; `text`: the words matched."""

    model_config = _OUT

    concept: str
    label: str
    lay_label: str
    text: str
    span: tuple[int, int]
    state: Literal["present", "absent", "uncertain", "hypothetical", "resolved", "historical", "family"]
    values: dict[str, JsonValue]
    codes: dict[str, str]
    turn: int | None = None
    evidence: list[int] | None = None


class FindingsView(BaseModel):
    """Every finding, in the order in which it was said."""

    model_config = _OUT

    id: Id | None
    findings: list[Finding]


class LanguageHttp:
    """POST /api/language/note and /api/language/findings, worked on in a side process."""

    def __init__(self, side: SideProcess) -> None:
        self._side = side

    @route(
        "POST", "/api/language/note",
        permission=Permission.NOTE_DRAFT, summary="Draft a SOAP note from a transcript; nothing is kept",
        body=TranscriptInput, response=DraftedNote, errors=_ERRORS, transactional=False,
    )  # fmt: skip
    async def note(self, call: Call[TranscriptInput, None]) -> DraftedNote:
        return DraftedNote.model_validate(await self._asked(NOTE, call.body))

    @route(
        "POST", "/api/language/findings",
        permission=Permission.FINDINGS_READ, summary="Find symptoms, conditions and medicines; nothing is kept",
        body=FindingsInput, response=FindingsView, errors=_ERRORS, transactional=False,
    )  # fmt: skip
    async def findings(self, call: Call[FindingsInput, None]) -> FindingsView:
        return FindingsView.model_validate(await self._asked(FINDINGS, call.body))

    async def _asked(self, work: str, body: BaseModel) -> JsonValue:
        try:
            return await self._side.ask(work, body.model_dump(mode="json", exclude_none=True))
        except Refused as refused:
            raise _REFUSALS.get(refused.refusal, TranscriptMalformed)(refused.detail) from None
