"""Results: what tests showed, one statement per test, in the words of a note ("Hemoglobin A1c: Elevated at 8.")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from clinical_language import Kind, State
from clinical_language.remembering import remembered
from soap import model
from soap.clauses import Clause
from soap.model import Statement
from soap.notation import notation, third_person
from soap.phrasing import capital
from soap.register import Person

_PART = (
    r"(?:(?:left|right|lower|upper|lumbar|index|middle|chest|abdominal) )*"
    r"(?:knees?|ankles?|shoulders?|elbows?|wrists?|hips?|hands?|fingers?|thumbs?|foot|feet|back|"
    r"spine|chest|abdomen|abdominal|leg|arm|"
    r"neck|head|brain|lungs?|humerus|heart|right|left|barium|renal|kidney)?"
)
_TEST = re.compile(
    rf"\b(?:{_PART} )?(?:x-?rays?|x - rays?|mri|ct(?: scans?)?|ultrasounds?|echo(?:cardiogram)?s?|"
    rf"ekgs?|ecgs?|electrocardiograms?|mammograms?|"
    r"barium swallow(?: study)?|swallow study|(?:hemoglobin )?a1c|hemoglobin|"
    r"white blood cell count|creatinine|kidney function|liver (?:function|enzymes)|"
    r"lipid panel|cholesterol|cbc|cmp|bmp|tsh|psa|vitamin d|potassium|magnesium|glucose|"
    r"pulmonary function tests?|pfts?|biopsy|pathology(?: report)?|"
    r"strep test|lyme titer|autoimmune panel|diabetes panel|anemia panel|inflammatory markers|"
    r"urinalysis|urine (?:test|culture)|endoscopy|colonoscopy|"
    r"stress test|lab(?: work| results)?s?|blood work|blood tests?|emg|holter|echocardiography)\b"
    rf"(?: (?:of|on) (?:your|the|his|her|that) (?P<of>(?:(?:left|right|lower|upper) )*[a-z]+))?"
)
_ANNOUNCE = re.compile(
    r"\b(?:show me|let 's (?:take a )?look|look(?:ing)? at|results? of|review(?:ed)?|here (?:is|"
    r"'s|are)|this is|these are|go over|from your|on your|did|had|took|got|obtained)\b"
)
_INTRODUCED = re.compile(
    r"^.{0,120}?\b(?:what (?:i|we) (?:am |are |'m |'re |do |did )?(?:see|seeing|notice|noticing|"
    r"noticed|found)(?: (?:here|there|on [a-z -]{2,40}?))? "
    r"is(?: that)?|(?:the )?good news is(?: that)?) "
)
_REVIEWED = re.compile(
    r"^(?:when (?:i|we) )?(?:look(?:ing|ed)? at|(?:in )?review(?:ing|ed)?|"
    r"going over)\b.{0,80}?(?=\b(?:i|it|there|you) (?:do|does|did|see|"
    r"appreciate|is|are|have|looks?|notice)\b)"
)
_NO = r"(?:not|n't) (?:any |an? )?"
_LEADS = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"^(?:i|we) (?:do |did |can |could |also |still )*(?:not|n't) (?:see|appreciate|notice|find|"
            r"have) (?:any |a )?", "no "),
        (r"^(?:i|we) (?:do |did |can |could |also |still |am |really )*(?:see|appreciated?|noticed?|"
            r"noticing|seeing|found|find)(?: that)? ", ""),
        (r"^(?:it|this|that|they|these|which|what|those)(?: also| really| clearly| here| actually|"
            r" does| do| did| is| are)* "
            r"(?:shows?|showed|showing|reveal(?:s|ed)?|demonstrate[sd]?|indicates?|looks? like)\b(?: us|"
            r" me| here| that)* ?", ""),
        (rf"^there (?:is|are|was|were|'s) {_NO}", "no "),
        (r"^you (?:do |did )?(?:not|n't) have (?:any |a )?", "no "),
        (r"^there (?:is|are|was|were|'s|does appear to be|appears to be) ", ""),
        (r"^you (?:do )?have (?:a |an |some )?", ""),
        (r"^(?:your|the|that|those) ", ""),
    )
)  # fmt: skip
_SHOWN = re.compile(
    r"^(?:(?:your|the|this|that|a|an) )?(?P<test>.{2,60}?)(?: here| today| that we did|"
    r" you had)*(?: also| really| basically)? (?:shows?|showed|reveals?|revealed|demonstrates?|"
    r"demonstrated|indicates?)(?: that)?(?: there (?:is|are|was|were)|"
    r" you (?:do )?have)? (?P<what>.+)$"
)
_ASIDE = re.compile(
    r",? (?:which|so that|so|and that|and this) (?:is|are|'s|looks?|means?|we|i|you|they|it)\b.*$"
)
_INNER = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r",? (?:in there|at all|here|as well|too|or anything(?: like that)?|there|for me|as expected|"
            r"luckily|thankfully|fortunately)$", ""),
        (r"^(?:luckily|thankfully|fortunately|basically|overall) ", ""),
        (r"\b(?:a )?(?:little bit|bit|little) of (?:an? |some )?", "mild "),
        (r"\b(?:a )?(?:little bit|little|bit) (?=[a-z]+)", "slightly "),
        (r"\b(?:pretty|very|quite|really|nice and) (?=[a-z])", ""),
        (r"\b(?:looks?|looked) (?:good|great|fine|okay|perfect)\b", "normal"),
        (r"\b(?:came|come) back (?:as )?", ""),
        (r"\b(?:of|in|on|at|over|around) your\b", lambda m: m[0].replace("your", "the")),
        (r"\b(?:the |your )?pumping function(?: of (?:the|your) heart)?(?= .*\d)",
            "ejection fraction"),
    )
)  # fmt: skip
_NOT_SHOWN = re.compile(
    r"\b(?:i (?:want|will|'ll|would|am going|need|know|think we|'d)|we (?:will|can|should|"
    r"are going|need|may)|let (?:me|'s)|going to|you (?:can|should|said|told|mentioned|want|know|"
    r"need|were|might)|"
    r"if you|order|prescribe|refer|show me|tell me|questions?|thank|when i|help|hopefully|does that)\b"
)


@dataclass(slots=True)
class Shown:
    """What one test showed, in the order said."""

    test: str
    findings: list[str] = field(default_factory=list)
    evidence: set[int] = field(default_factory=set)


@remembered
def named_test(text: str) -> str:
    """The test a clause names ("x-ray of the right knee"), "" when none."""
    found = _TEST.search(text)
    if found is None:
        return ""
    return " ".join(re.sub(r"\b(?:your|his|her|that)\b", "the", found[0]).split())


def _finding(clause: Clause, person: Person) -> tuple[str, str]:
    """(test named in the clause, finding); finding "" when it states none."""
    text = re.sub(r"^(?:so|and|but|then|also|now|okay|otherwise) ", "", clause.text)
    text = _REVIEWED.sub("", _INTRODUCED.sub("", _ASIDE.sub("", text)))
    if clause.asked or _NOT_SHOWN.search(text):
        return "", ""
    test = ""
    shown = _SHOWN.match(text)
    if shown and _TEST.search(shown["test"]):
        test, text = named_test(shown["test"]), shown["what"]
    else:
        for pattern, by in _LEADS:
            text = pattern.sub(by, text)
    for pattern, with_ in _INNER:
        text = pattern.sub(with_, text)
    text = " ".join(third_person(re.sub(r"\byour\b", "the", text), person).split()).strip(" ,.;")
    text = re.sub(r"^(?:(?:that|and|the|some|a|an|of|is|are) )+", "", text)
    return test, notation(text, clause.mentions)


_VALUE = re.compile(
    r"\d|\b(?:no|not|normal|abnormal|negative|positive|elevated|low|high|higher|lower|fractures?|"
    r"unchanged|stable|mild|moderate|severe|evidence|"
    r"decreased|reduced|increased|within|unremarkable|good|intact|tears?|effusion|arthritis|"
    r"stones?|fluid|swelling|enlarged|regurgitation|"
    r"pneumonia|opacit\w+|spur|changes|loss|development|displacement|flattening|murmur|lesion|"
    r"mass|clear|consistent|shows?|showed|demonstrates?|reveals?|"
    r"hypertrophy|narrowing|slightly|up|down)\b"
)
_NO_VALUE = re.compile(
    r"\b(?:reviewed?$|standpoint|wanted|need|remember|schedule|can cause|meaning|said|because|"
    r"told|things like|differential|(?:likely|possible) diagnosis|appointment|depend\w*|expect|last time$|"
    r"blood pressure|"
    r"check(?:ing)? for|you know|taking a look|the patient (?:had|took|does)|office today$|i think)\b"
)
_TOLD = re.compile(
    r"\b(?:shows?|showed|reveals?|revealed|demonstrates?|demonstrated|came back|(?:i|we) (?:do |"
    r"did |can )?(?:not )?(?:am )?(?:see|seeing|appreciate|noticed?|noticing|find)|there (?:is|"
    r"are) (?:no|not|some|a)|"
    r"looks? (?:like|normal|good|great|okay|unremarkable|stable)|no (?:signs?|evidence|"
    r"fractures?)|(?:is|was|are|were) (?:\w+ )?(?:normal|elevated|high|low|negative|positive|"
    r"unremarkable|"
    r"unchanged|stable|good|fine|up|down|\d))\b"
)


def told_of_result(text: str) -> bool:
    """Whether a clause has the words in which results are told."""
    return bool(_TOLD.search(text))


def _holds(text: str, clause: Clause) -> bool:
    named = any(m.concept.kind in {Kind.FINDING, Kind.CONDITION} for m in clause.mentions)
    if not (named or _VALUE.search(text)) or _NO_VALUE.search(text):
        return False
    return 2 <= len(text.split()) <= 45 and not re.match(
        r"^(?:it|that|this|they|he|she|which|what|when|if|looking|i|in|on|for|so|we|to|background|next|with|"
        r"history|blood pressure)\b",
        text,
    )


def shown(clauses: Sequence[tuple[Clause, bool]], person: Person) -> list[Shown]:
    """Findings by test. `clauses`: each with whether it tells a result; others may announce the test."""
    found: dict[str, Shown] = {}
    test, at = "", -9
    for clause, told in clauses:
        named = named_test(clause.text)
        if named and (told or _ANNOUNCE.search(clause.text)):
            test, at = named, clause.turn
        if not told:
            continue
        inside, text = _finding(clause, person)
        test, at = inside or test, clause.turn if inside else at
        if not _holds(text, clause):
            continue
        known = test if clause.turn - at <= 4 else ""
        name = "" if _TEST.search(text) else known
        entry = found.setdefault(name or text, Shown(name))
        if not any(text.lower() in have.lower() for have in entry.findings):
            entry.findings.append(text)
        entry.evidence.add(clause.turn)
    return list(found.values())


def result_statements(results: Sequence[Shown]) -> Iterator[Statement]:
    """ "X-ray of the right knee: No fracture. Mild effusion."."""
    for result in results:
        text = ". ".join(capital(finding.rstrip(".")) for finding in result.findings)
        head = f"{capital(notation(result.test))}: " if result.test else ""
        slug = "_".join(re.findall(r"[a-z0-9]+", (result.test or text).lower())[:7])
        yield Statement(
            f"{model.RESULTS}:{slug}",
            model.RESULTS,
            f"{head}{text}.",
            tuple(sorted(result.evidence)),
            State.PRESENT,
            0.75,
        )
