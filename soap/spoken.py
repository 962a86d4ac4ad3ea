"""Which of the doctor's sentences are examination, result, assessment or plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clinical_language import Consult, Sentence


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence the doctor states, with its turn. `words` is its plain text."""

    turn: int
    sentence: Sentence
    words: str


_HYPOTHETICAL = re.compile(
    r"\b(?:i hear (?:that )?you|happening|saying|because|when|if|would you|could you|can you|"
    r"do you|let me|let us|we will (?:see|check|look)|going to (?:listen|check|take|have|press|"
    r"look))\b"
)
EXAM = re.compile(
    r"\b(?:on (?:your |physical |the )*(?:\w+ )?exam(?:ination)?|(?:i|we) (?:do |can |also |"
    r"do not |did not )*(?:hear|appreciate|feel(?! (?:the need|like|that|very|really|good|"
    r"comfortable|pretty))|notice)\b|"
    r"your (?:\w+ )?(?:lungs?|heart|throat|ears?|eyes?|abdomen|belly|tummy|stomach|skin|neck|"
    r"reflexes|thyroid|pupils|tonsils|knee|back|ankle|shoulder|"
    r"lymph nodes|legs?|gait|pulses|strength|sensation)(?: exam)? (?:is|are|looks?|sounds?|feels?|seems?)\b|"
    r"(?:lungs|chest|heart) (?:are|is|sounds?|has) (?:a )?(?:clear|regular|nice)|range of motion|"
    r"murmur|pitting edema|tender(?:ness)? (?:to|over|in|on|here|at)|(?:no|some|mild|a little|"
    r"any) (?:\w+ )?(?:tenderness|swelling|edema|redness|erythema|effusion|wheez\w*|crackles|"
    r"rales|bruising|bruits?)|"
    r"straight leg|to palpation|muscle strength|bowel sounds|regular rate|clear bilaterally|"
    r"well appearing|no acute distress|positive \w+ (?:sign|test))\b"
)  # fmt: skip
RESULT = re.compile(
    r"\b(?:it|this|that|which|they) (?:also )?(?:shows?|showed)\b|\b(?:x - ?rays?|x-rays?|"
    r"xrays?|ct|mri|ultrasound|echo(?:cardiogram)?|ekg|ecg|blood (?:test|work|count)s?|bloods|"
    r"lab(?:s| results| work)?|results?|urine|urinalysis|"
    r"hemoglobin|haemoglobin|a1c|a 1 c|hba1c|creatinine|cholesterol|lipid panel|"
    r"white (?:blood )?(?:cell )?count|blood sugars?|glucose|biopsy|swab|test|tsh|stress test|"
    r"mammogram|colonoscopy|endoscopy|pulmonary function tests?|metabolic panel|potassium|"
    r"vitamin d)\b[^.?]{0,60}\b(?:shows?|showed|showing|is|was|were|are|came back|come back|"
    r"reveals?|"
    r"looks?|looked|demonstrates?|indicates?|positive|negative|normal|elevated)\b"
)
NORMAL_VITAL = re.compile(
    r"\b(?P<what>blood pressure|temperature|heart rate|pulse|oxygen(?: level| saturation)?|"
    r"vital signs|vitals)\b(?: \w+){0,4}? (?:is|are|was|look|looks|looked|were|running)"
    r"(?: a little| a bit| pretty| quite| all| very| actually| still| kind of|"
    r" on the)* (?P<how>normal|fine|good|stable|great|high|elevated|low|higher|okay|perfect)\b"
)
IMPRESSION = re.compile(
    r"\b(?:i (?:really )?(?:do not )?think(?: that)?|sounds (?:like|more like)|looks (?:like|"
    r"more like)|seems (?:like|to be|more like)|consistent with|"
    r"this is(?: a| an| most| more| probably)?|it is (?:a|an|most|probably|likely|more)|"
    r"it 's (?:a|an|most|probably|likely|more)|that 's (?:a|an|most|probably|likely)|likely|"
    r"probably|suspect|suspicious|you (?:do )?have (?:a|an|some|got|what)\b|you 've got|"
    r"diagnos\w+|could be|might be|may (?:be|have)|my impression|impression is|suggestive of|"
    r"concerned (?:about|for|that)|seem to have|appears? to|possibility|called|you have)\b"
)
PROBLEM = re.compile(
    r"\b(?:for (?:your|the|his|her)(?: \w+)? (?:problem|issue|complaint|concern|diagnosis)|"
    r"(?:for|regarding|in terms of|as far as|with regards? to|when it comes to|from an?|about|"
    r"and then) (?:your |the |his |her )?(?:history of )?(?:\w+ ){0,3}?$)"
)
DIRECTIVE = re.compile(
    r"\b(?:please|i (?:want|would like|'d like|need|recommend|would recommend|suggest|"
    r"would suggest|advise|would advise|encourage|am going|'m going|will|'ll|do want|"
    r"think we (?:should|could)|can (?:prescribe|give|refer|order))|"
    r"we (?:will|'ll|can|should|need|could|are going|'re going|would|also need)|let 's|let us|"
    r"you (?:should|need|can|could|may|must|will need|ought|might want|have to)|"
    r"going to|try|make sure|continue|keep|start|stop|increase|decrease|take|taking|order|"
    r"schedule|refer|come back|follow up|return|recommend\w*|advise|avoid|call|go to|drink|rest|"
    r"plan)\b"
)
SMALL_TALK = re.compile(
    r"\b(?:nice to (?:see|meet)|take care|have a (?:good|great|nice)|any (?:other )?questions|"
    r"hey dragon|hey , dragon|sound(?:s)? (?:good|okay|all right)|thank you|bye|welcome|ask you|"
    r"(?:a few|some|couple of|few more) questions|examine you|have a (?:quick )?look|listen to|"
    r"take a (?:quick )?(?:look|listen)|phone|email|your name|date of birth|hear me|tell me|"
    r"questions|nurse will be|in a (?:safe|private)|finalize the order|physical exam|"
    r"look at (?:some|your)|i will be right back|let you know what)\b"
)


def statements(consult: Consult) -> Iterator[Spoken]:
    """Everything the doctor states (no questions), in order."""
    for turn, sentences in enumerate(consult.sentences):
        if consult.turns[turn].speaker != "doctor":
            continue
        for said in sentences:
            if not said.is_question:
                yield Spoken(turn, said, said.plain)


def is_exam(spoken: Spoken) -> bool:
    """Something found by examining, not planned, asked or conditional."""
    return (
        bool(EXAM.search(spoken.words))
        and not _HYPOTHETICAL.search(spoken.words)
        and not SMALL_TALK.search(spoken.words)
    )


def is_result(spoken: Spoken) -> bool:
    """Something a test showed."""
    planned = re.search(
        r"\b(?:will|going to|would like|need|order|want|repeat|if|when we|once|schedule|let 's|"
        r"should|can|i think|good start)\b",
        spoken.words,
    )
    return bool(RESULT.search(spoken.words)) and not planned
