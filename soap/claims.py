"""Whether the words behind a line claim that the patient has, had or takes it.

A condition that was tested for, feared or compared with is no history; neither is what the doctor says while concluding
("this raises concern of a tear"), nor a medicine that is only spoken of for later. History is what the patient says,
what an answered question says, and what the doctor reads out at the beginning or calls the patient's own.
"""

from __future__ import annotations

import re

from clinical_language import Consult, Fact, Kind
from soap.resolution import Resolved

_SHORT = 12  # turns up to which a talk has no opening and no conclusion
_SMALL = r"(?:,? (?:a|an|the|my|your|his|her|this|any|some|for|of|to|that|actual|possible|it|just|uhm?|um|like|,))*\s*$"
_TESTED = re.compile(
    r"\b(?:check|test|screen|rule|ruled|look)(?:ed|ing|s)?"
    rf"(?: (?:out|into|for|on|me|you|him|her))*{_SMALL}"
)
_TEST = re.compile(  # of what the word before only says which one it is
    r"[ -](?:a |b |c |type )?(?:tests?|testing|tested|screen|screening|swabs?|vaccines?|vaccinat\w+|shots?|jabs?|"
    r"boosters?|"
    r"checks?|immuni[sz]ation\w*|prevent\w*|prophyla\w*|tablets?|pills?|medication|medicines?|nets?|leaflets?|clinic|"
    r"risks?|contacts?|exposure|cases?|outbreak|patients?|ward|season|awareness|carer|charity)\b"
)
_PREVENTED = re.compile(  # "up to date with your vaccinations, hepatitis B and that?"
    r"\b(?:vaccin\w+|immuni[sz]\w+|jabs?|boosters?|prophyla\w+|protect\w*|up to date)\b[^.?!]*$|"
    rf"\b(?:risk(?: factors?)?|contact with|exposed to|exposure to|chances?|signs?|prevent|avoid|"
    rf"exclude|excluding)(?: of| for| with)?{_SMALL}"
)
_FEARED = re.compile(
    r"(?:\b(?:worr\w+|scared|afraid|concern\w*|anxious) (?:about|of|for|that it (?:is|was|might be|could be)|"
    r"it(?:'s| is))|(?:n't|not) (?:want|think)(?: to| it| that| i| have| get| be| is| was| this|'s)*|"
    r"\b(?:could|might|may|can) (?:be|have been|have)|"
    r"\b(?:think|thought|thinks|suspect\w*|wonder\w*)(?: that| if| whether)?(?: it(?:'s| is| was| might be)?)?|"
    r"\b(?:look|sound|seem|feel)(?:s|ed)? like|\bbecause of|"
    rf"\b(?:want|going|trying) (?:not )?to (?:get|catch|have)(?: the get)?){_SMALL}"
)
_NAME = re.compile(r"(?<![.?!] )\b[A-Z][a-z]+ [A-Z][a-z]+$")  # "Ann Parkinson" is a name
_ERA = re.compile(
    rf"\b(?:before|during|since|after|with|from|pre|through|to|of|until){_SMALL}"
)  # "since covid"
_TIMES = frozenset({"condition.covid_19"})
_LATER = re.compile(
    r"\b(?:(?:need|going|want|like|have|love|able|try|trying) (?:you )?to|gon na|gonna|will|would|could|should|can|"
    r"might|let 's|let's|let me|maybe|if) (?:\w+ ){0,3}"
    r"(?:give|prescribe|start|put|try|get|order|send|write|add|switch|take|use|offer|consider|be)\b"
    rf"(?: (?:you|me|him|her|on|with|in|up|out|back)){{0,3}}{_SMALL}"
)
_ASKS_OF_IT = re.compile(
    rf"\b(?:(?:will|would|could|can|should|does|is|are)(?: i \w+(?: \w+)?)?|(?:what|how) about){_SMALL}"
)
_OWN = re.compile(
    r"\b(?:your|you (?:do |still |also |already )?(?:have|had|take|took|use|used|were (?:on|taking|diagnosed)|"
    r"are (?:currently )?(?:on|taking|using))|history of|known|diagnosed with|diagnosis of|treated for|on|taking|"
    r"with|status post|(?:switched|started|put) (?:you|him|her))\b(?: \w+){0,5}\s*$"
)


def claimed(consult: Consult, line: Resolved) -> bool:
    """Whether the first or the last word on it says that the patient has it."""
    own = [fact for fact in (line.first, line.last) if fact.state is line.state] or [line.last]
    return any(_claims(consult, fact) for fact in own)


def _claims(consult: Consult, fact: Fact) -> bool:
    before = consult.turns[fact.turn].text[: fact.span[0]].lower().replace("\u2019", "'")[-90:]
    before = re.split(r"[.?!]", before)[-1]
    after = consult.turns[fact.turn].text[fact.span[1] :].lower()[:20]
    medicine = fact.concept.kind is Kind.MEDICINE
    if "'s" in fact.concept.label and _NAME.search(consult.turns[fact.turn].text[: fact.span[1]]):
        return False
    if not medicine and (_TESTED.search(before) or _TEST.match(after) or _PREVENTED.search(before)):
        return False
    if not medicine and fact.concept.kind is Kind.CONDITION and _FEARED.search(before):
        return False
    if fact.asked is not None and fact.turn == fact.asked:
        return True
    if (_LATER if medicine else _FEARED).search(before) or (medicine and _ASKS_OF_IT.search(before)):
        return False
    if fact.concept.id in _TIMES and _ERA.search(before):
        return False
    return not _concluding(consult, fact) or bool(_OWN.search(before))


def _concluding(consult: Consult, fact: Fact) -> bool:
    """Whether it is said by the doctor in the second half of a talk."""
    turns = len(consult.turns)
    return consult.turns[fact.turn].speaker == "doctor" and turns > _SHORT and 2 * fact.turn > turns
