"""Examination: what the doctor says to have found, one statement per system, in the words of a note.

Only what was said: an organ nobody spoke of is not normal. A manoeuvre ("does it hurt when i push on the inside?") with
the patient's yes or no is a finding too, unless the doctor sums it up in the next breath.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from clinical_language import Consult, State
from clinical_language.replies import polarity
from soap import model
from soap.clauses import Clause, ended
from soap.model import Statement
from soap.notation import notation, third_person
from soap.phrasing import capital
from soap.register import Person

_SYSTEMS = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("Cardiovascular", r"\b(?:hearts?|murmurs?|rhythm|gallops?|rubs?|heartbeat|capillary refill|pulses?|dorsalis|"
            r"regular rate|cardiac|cardiovascular|doppler)\b"),
        ("Respiratory", r"\b(?:lungs?|wheez\w*|crackles?|rales|rhonchi|breath sounds|breathing|auscultation|"
            r"respiratory|exhal\w+)\b"),
        ("Gastrointestinal",
            r"\b(?:abdom\w+|belly|stomach|bowel|rebound|guarding|cva|quadrants?|hernia|murphy|peritoneal|"
            r"epigastric|hepatomegaly|liver|spleen|distended|distention of)\b"),
        ("Neck", r"\b(?:neck(?! pain)|thyro\w+|jvd|jugular|lymph\w*|\w*adenopathy|carotid|bruits?)\b"),
        ("HEENT", r"\b(?:throats?|tonsil\w*|peritonsillar|exudates?|ears?|tympanic|nose|nasal|turbinates?|"
            r"sinus\w*|mouth|oral|tongue|thrush|eyes?|pupils?|normocephalic|head|visual|vision|face)\b"),
        ("Neurological", r"\b(?:reflex\w*|sensations?|cranial|nerves?|neuro\w*|alert|oriented|light touch|motor|"
            r"romberg|speech)\b"),
        ("Psychiatric", r"\b(?:mood|affect)\b"),
        ("Skin", r"\b(?:skin|rash\w*|lesions?|moles?|scalp|plaques?|bruis\w+|incisions?|scars?|biopsy site)\b"),
        ("Constitutional", r"\b(?:distress|well[ -]appearing|healthy appearing|appearing|general appearance)\b"),
        ("Extremities", r"\b(?:(?:pitting )?edema|calf tenderness|calves|homans?|lower extremit\w+|ankles swollen)\b"),
        ("Genitourinary", r"\b(?:prostate|testic\w+|rectal|genital\w*|pelvic)\b"),
        ("Breast", r"\bbreasts?\b"),
    )
)  # fmt: skip
_JOINT = re.compile(
    r"\b(?:(?:left|right|both|bilateral) )?(?:(?:index|middle|ring|little|big|lower|upper|lumbar|"
    r"cervical|thoracic) )?"
    r"(?:knees?|ankles?|shoulders?|elbows?|wrists?|hips?|hands?|fingers?|thumbs?|foot|feet|toes?|"
    r"back|spine|forearms?|arms?|legs?)\b"
)
_MUSCULOSKELETAL = re.compile(
    r"\b(?:range of motion|flexion|extension|effusion|joint|straight leg|lachman|mcmurray|drawer|"
    r"varus|valgus|malleolus|medial|"
    r"lateral|palpation|tender\w*|swelling|swollen|muscle|strength|gait|limp|spine|paraspinal|"
    r"patella|meniscus|weight-bearing|bony|"
    r"supination|pronation|rotation|grip|tinel|phalen|spurling|instability|laxity|deformity|"
    r"crepitus|ecchymosis)\b"
)
_HEADING = re.compile(
    r"^(?:(?:so|and|now|then|but) )*(?P<on>(?:on|for|looking at|listening to) )?(?:(?:your|the|his|her|my) )?"
    r"(?P<what>(?:[a-z-]+ ){0,4}?)exam(?:ination)?\b(?: of (?:your|the|his|her) (?P<of>(?:left |"
    r"right )?[a-z]+))?[ ,:]*"
)
_LEADS = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"^(?:i|we) (?:do |can |could |did |also |still |really |definitely )*(?:not|n't) (?:also |"
            r"really )?(?:hear|see|feel|appreciate|notice|note|palpate|detect|find|recognize|get) (?:any |"
            r"a |an |like )*(?:kind of )?", "no "),
        (r"^(?:i|we) (?:do |can |could |did |also |still |just |really |definitely |clearly |"
            r"however )*(?:hear|"
            r"see|feel|appreciated?|noticed?|noted?|palpated?|detect|find|found|felt|heard|identify|"
            r"am seeing|am hearing|am noticing)(?: that| like| here)* ", ""),
        (r"^(?:the )?(?:patient|he|she|you|they) (?:do |does |did )?(?:also )?(?:not|n't) have (?:any |"
            r"a )?", "no "),
        (r"^(?:you|the patient|he|she|they) (?:(?:do|does|also|still|clearly|definitely|"
            r"just) )*(?:have|has|had)(?: got)?,? ", ""),
        (r"^you (?:'ve|'re) got ", ""),
        (r"^there (?:is|are|was|were|'s) (?:also )?(?:not|n't) (?:any |an? )?", "no "),
        (r"^there (?:is|are|was|were|'s|does appear to be|appears to be|seems to be) (?:also |still )?", ""),
        (r"^(?:it|this|that)? ?(?:really )?(?:looks?|appears?|seems?|sounds?)(?: like| to be| as if|"
            r" as though)+ (?:that )?(?:there (?:is|are|'s) |you (?:do |also )*have )?", ""),
        (r"^(?:listening to|looking at|examining|examination of|palpating) (?:your|"
            r"the) (?:[a-z]+ ){1,2}?(?=(?:no|i|there|it|you|they)\b)", ""),
        (r"^(?:it|they|that|this) (?:does|do) (?:not|n't) (?:look|appear|seem|sound|feel) (?:like )?", "not "),
        (r"^(?:your|the|that|his|her) ", ""),
        (r"^(?:some|a|an) (?=[a-z])", ""),
    )
)  # fmt: skip
_ASIDE = re.compile(
    r",? (?:(?:which|that) (?:i|we|you|they)|(?:so|and) (?:that|it|this) (?:is|'s|means?|looks?|was)|"
    r"(?:which|so that) (?:is|are|'s|looks?|means?|seems?|has been|was))\b.*$"
)
_INNER = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r",? (?:like i said|as we know|at all|in there|as well|that i can (?:see|hear|tell)|"
            r"i can (?:see|hear)|here|today|too|for me|and stuff|right there|right here|there)$", ""),
        (r",? or anything(?: like that)?\b.*$", ""),
        (r"\bcva tinnitus\b", "cva tenderness"),
        (r",? (?:and now|though(?: and only)?|and only|the good news|and then|open up (?:the |your )?mouth.*|"
            r"what about\b.*|does (?:that|it) hurt.*|is that (?:painful|sore|tender).*)$", ""),
        (r" 's (?=slightly|mildly|soft|clear|normal|not|tender|distended|regular|supple)", " is "),
        (r"\b(?:a )?(?:little bit|bit|little|tad) of (?:an? |some )?", "mild "),
        (r"\b(?:a )?(?:little bit|little|bit) (?=[a-z]+)", "slightly "),
        (r"\b(?:nice and|pretty|very|quite|really|nice|super|totally|completely) (?=[a-z])", ""),
        (r"\bto your\b", "to the"),
        (r"\b(?:in|on|of|at|over|to|along|around|from|with|near|behind|under|into|across|by|"
            r"through) (?:both of )?your\b", lambda m: m[0].replace("your", "the")),
        (r"\bto (?:the )?(?:palpation|touch)(?: here)?\b", "to palpation"),
        (r"\bwhen i (?:press|push|palpate|touch)(?: (?:on|here|there|it|that|down))*\b", "to palpation"),
        (r" (?=no [a-z]+(?: [a-z]+){0,3}(?: no |$))", ", "),
        (r"\b(?:sound|sounds|look|looks|feel|feels|seem|seems) (?:to be )?(?:good|great|fine|okay)\b", "normal"),
        (r"^(?P<where>lower extremities|legs|ankles|feet|lungs) (?:do |does )?(?:have|has),? (?P<what>.+)$",
            r"\g<what> of the \g<where>"),
        (r"\bnot tender\b", "non-tender"),
        (r"\bdoes not have\b", "without"),
        (r"\b(?:belly|tummy)\b", "abdomen"),
        (r"\b(?:sounds|seems|looks|appears|feels) (?:to be )?(?=clear|normal|regular|equal|soft|supple|"
            r"intact|swollen|"
            r"red|tender|slightly|mildly)", "is "),
        (r"\b(?:sound|seem|look|appear|feel) (?:to be )?(?=clear|normal|regular|equal|soft|supple|"
            r"intact|swollen|red|"
            r"tender|slightly|mildly)", "are "),
    )
)  # fmt: skip
_SIGN = re.compile(
    r"\b(?:blood pressure|heart rate|temperature|pulse ox|oxygen\w*|satting|saturation|"
    r"respiratory rate|pulse rate|breathing rate|respirations?|vitals?|fever)\b"
)
_NOT_FOUND = re.compile(
    r"\b(?:i (?:want|will|think|'ll|would|am going|need|know|believe|was|have)|we (?:will|can|"
    r"should|are|have)|let (?:me|'s)|going to|you (?:can|should|said|told|mentioned|feel|think|"
    r"were|want|know|need|might)|do you|does it|have you|are you|can you|could you|because|"
    r"what (?:it|that|this)|means?|if you|take a|deep breath|order|"
    r"prescribe|refer|worried|template|have a look|"
    r"in terms of|year(?:s)?[ -]+old|i am sorry|interesting|multiple occasions|looking at|"
    r"listening to|relax|make a fist|show me|tell me|questions?|thank|(?:you|patient) (?:have|has|"
    r"'ve) been|'ve been|vomiting|diarrhea|check(?:ing)? (?:for|out)|"
    r"documented?|findings|call(?:ing)? (?:it )?out|verbaliz\w+|so i can|in order to|hopefully)\b"
)
_PAINED = re.compile(r"\b(?:hurts?|painful|tender|sore|bother|uncomfortable|pain|discomfort)\b")
_ACTS = tuple(
    (re.compile(pattern), act)
    for pattern, act in (
        (r"\b(?:press|push|touch|palpate|squeeze|poke|feel)\w*\b", "palpation"),
        (r"\b(?:bend|flex)\w*\b", "flexion"),
        (r"\b(?:straighten|extend)\w*\b", "extension"),
        (r"\b(?:turn|rotate|twist)\w*\b", "rotation"),
        (r"\b(?:lift|raise)\w*\b", "elevation"),
        (r"\bmove\w*\b", "movement"),
    )
)
_PLACE = re.compile(
    r"\b(?:on|of|at|over|along|in) (?:the |your |that |this )?(?P<side>inside|outside|inner|outer|"
    r"front|back|top|bottom|medial|lateral)?(?: part| side| aspect)?"
    r"(?: of (?:the |your |that |this ))?(?P<part>(?:(?:left|right|lower|upper|index|"
    r"middle) )*(?:knee(?:cap)?|ankle|shoulder|elbow|wrist|hip|hand|finger|thumb|foot|toe|calf|"
    r"back|spine|neck|"
    r"belly|abdomen|stomach|chest|arm|leg|forearm|sinus(?:es)?|cheeks?))?\b"
)
_SIDES = {
    "inside": "medial",
    "inner": "medial",
    "outside": "lateral",
    "outer": "lateral",
    "front": "anterior",
    "back": "posterior",
    "top": "superior",
    "bottom": "inferior",
}


@dataclass(slots=True)
class System:
    """Findings of one system in the order said, with the turns they rest on."""

    name: str
    findings: list[str] = field(default_factory=list)
    evidence: set[int] = field(default_factory=set)

    def add(self, finding: str, turns: Sequence[int]) -> None:
        """Keep a finding once."""
        if not any(finding.lower() in known.lower() for known in self.findings):
            self.findings = [known for known in self.findings if known.lower() not in finding.lower()]
            self.findings.append(finding)
        self.evidence.update(turns)


def system_of(text: str) -> str:
    """The system a finding belongs to, "" when no word tells."""
    found = [(m.start(), name) for name, pattern in _SYSTEMS if (m := pattern.search(text))]
    if (
        found
        and _MUSCULOSKELETAL.search(text)
        and min(found)[1] in {"Extremities", "Skin"}
        and _JOINT.search(text)
    ):
        return "Musculoskeletal"
    if found:
        return min(found)[1]
    return "Musculoskeletal" if _JOINT.search(text) or _MUSCULOSKELETAL.search(text) else ""


_TOLD = re.compile(
    r"^(?:(?:i|we) (?:do |can |also |still )*(?:not |n't )?(?:hear|see|feel|appreciate|notice|"
    r"note|palpate)|(?:you|the patient) (?:do |also |still )*(?:not )?(?:have|has)|"
    r"there (?:is|are|'s)|no|negative|positive|normal|(?:your |the )?(?:\w+ ){0,2}(?:is|are|"
    r"sounds?|looks?|feels?|seems?))\b"
)


_SEEN = re.compile(
    r"^(?:(?:i|we) (?:do |can |could |also |still )*(?:not |n't )?(?:hear|see|feel|appreciate|notice|note|palpate)\b|"
    r"there (?:is|are|'s)\b|.*\b(?:looks?|sounds?|appears?)\b|(?:your |the )(?:\w+ ){1,2}(?:is|are)\b)"
)


def seen_now(text: str) -> bool:
    """Whether it is told as what is seen or heard now; "you have a sore throat" sums up what was told."""
    return bool(_SEEN.match(text))


def told_of_exam(text: str) -> bool:
    """Whether a clause has the words in which findings are told, and names where."""
    return bool(_TOLD.match(text)) and bool(system_of(text))


_FIRST_PERSON = re.compile(r"(?:^|(?<=\w),?) ?\b(?:i|we|you)\b(?! ?/).*$")


def finding_text(clause: Clause, person: Person) -> tuple[str, str]:
    """(heading, finding) of a clause as a note writes it; finding is "" when it states none."""
    text = clause.text
    heading = ""
    opened = _HEADING.match(text)
    if opened is not None:
        heading = f"{opened['what']}{opened['of'] or ''}".strip()
        if opened["on"] or system_of(heading):
            text = text[opened.end() :]
    text = re.sub(r"^(?:so|and|but|then|also|now|okay|otherwise) ", "", text)
    text = _ASIDE.sub("", text)
    if not text or _NOT_FOUND.search(text) or _SIGN.search(text) or clause.asked:
        return heading, ""
    for _ in range(2):
        for pattern, by in _LEADS:
            text = pattern.sub(by, text)
    for pattern, with_ in _INNER:
        text = pattern.sub(with_, text)
    text = " ".join(third_person(re.sub(r"\byour\b", "the", text), person).split()).strip(" ,.;")
    text = ended(
        _FIRST_PERSON.sub(
            "",
            re.sub(
                r"^(?:the )?patient (?:does seem to have|seems to have|is|does|was|has|had) (?!not)", "", text
            ),
        )
    )
    text = re.sub(r"^(?:of|that|and|the|some|a|an|is|are|was|were) ", "", text)
    return heading, notation(text, clause.mentions)


_NO_FINDING = re.compile(  # a place or a measure of which nothing is said
    r"^(?:with the\b.*|not on\b.*|like\b.*|normal the rest\b.*|.*\b(?:shows?|showed)|(?:full )?.{0,20}hygiene .*|"
    r"(?:the )?(?:range of motion|gait|strength|reflexes|sensation|muscle bulk)"
    r"(?: (?:of|in|on) (?:the )?[a-z ]{3,30})?|"
    r".*\b(?:welcome|shortly|important)\b.*)$"
)


def _worth(text: str) -> bool:
    return (
        2 <= len(text.split()) <= 40
        and not text.endswith((" exam", " examination"))
        and not _NO_FINDING.match(text.lower())
        and not re.match(
            r"^(?:it|that|this|they|he|she|which|what|when|if|for|on|so|to|having|in the|'s|\d+ [a-z]+$)(?=\W|$)",
            text,
        )
    )


def systems(
    clauses: Sequence[Clause], manoeuvres: Sequence[tuple[str, tuple[int, ...]]], person: Person
) -> dict[str, System]:
    """Findings by system; a clause that names no system belongs to the one before it."""
    found: dict[str, System] = {}
    current, part, last_turn = "", "", -9
    items: list[tuple[int, str, str, tuple[int, ...]]] = []
    for clause in clauses:
        heading, text = finding_text(clause, person)
        items.append((clause.turn, heading, text, (clause.turn,)))
    items += [(turns[0], "", text, turns) for text, turns in manoeuvres]
    for turn, heading, text, turns in sorted(items, key=lambda item: item[0]):
        if turn - last_turn > 4:
            current, part = "", ""
        last_turn = turn
        if heading:
            current = system_of(heading) or current
            part = heading if current == "Musculoskeletal" else ""
        if not _worth(text):
            continue
        name = (current if heading else "") or system_of(text)
        if (
            name == "Musculoskeletal"
            and current in {"Gastrointestinal", "HEENT", "Breast", "Neck"}
            and not _JOINT.search(text)
        ):
            name = current
        name = name or current or "General"
        current = name
        opening = (
            f"Examination of the {part}: " if name == "Musculoskeletal" and part and name not in found else ""
        )
        found.setdefault(name, System(name)).add(opening + capital(text), turns)
    return found


_MINE = re.compile(r"\bi\b")
_OURS = re.compile(r"\bi\b|\bwhen you\b|\bhow about\b")


def _manoeuvre(text: str, *, examining: bool) -> str:
    """What was done and where ("palpation of the medial knee"), "" when it is no manoeuvre.

    What hurts "when you breathe in" is history until an examination was announced.
    """
    if not _PAINED.search(text) or not (_MINE if not examining else _OURS).search(text):
        return ""
    act = next((act for pattern, act in _ACTS if pattern.search(text)), "")
    if not act:
        return ""
    place = next((m for m in _PLACE.finditer(text) if m["side"] or m["part"]), None)
    if place is None:
        return act
    where = " ".join(
        p for p in (_SIDES.get(place["side"] or "", place["side"] or ""), place["part"] or "") if p
    )
    return f"{act} of the {where}" if place["part"] else f"{act} of the {where} aspect"


def manoeuvres(
    consult: Consult, clauses: Sequence[Clause], announced: int
) -> list[tuple[str, tuple[int, ...]]]:
    """Manoeuvres answered by the patient; the one whose outcome the doctor states right after is left to that.

    `announced`: the turn from which on the patient is examined.
    """
    last: dict[int, Clause] = {clause.turn: clause for clause in clauses}
    found: list[tuple[str, tuple[int, ...]]] = []
    for turn, clause in last.items():
        act = _manoeuvre(clause.text, examining=turn >= announced)
        answer = turn + 1
        if not act or answer >= len(consult.turns) or consult.turns[answer].speaker == "doctor":
            continue
        said = " ".join(word for s in consult.sentences[answer] for word in s.words)
        yes = polarity(said) or ("yes" if _PAINED.search(said) and " not " not in f" {said} " else "")
        following = next((c for c in clauses if answer < c.turn <= answer + 1), None)
        summed = (
            following is not None
            and re.search(r"\b(?:pain|tender\w*|hurts?)\b", following.text)
            and not following.asked
        )
        if yes in {"yes", "no"} and not summed:
            found.append((f"{'pain' if yes == 'yes' else 'no pain'} with {act}", (turn, answer)))
    return found


def exam_statements(found: dict[str, System]) -> Iterator[Statement]:
    """One statement per system: "Cardiovascular: Regular rate and rhythm. 2/6 systolic ejection murmur."."""
    for system in found.values():
        text = ". ".join(finding.rstrip(".") for finding in system.findings)
        key = f"{model.EXAM}:{system.name.lower()}"
        label = "" if system.name == "General" else f"{system.name}: "
        yield Statement(
            key, model.EXAM, f"{label}{text}.", tuple(sorted(system.evidence)), State.PRESENT, 0.75
        )
