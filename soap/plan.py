"""P of the note: treatment, tests, referrals, advice, follow-up, safety net, agreement; each line with its problem."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from clinical_language import Consult, Kind, State
from soap import model
from soap.clauses import Clause
from soap.model import Statement
from soap.notation import notation, third_person
from soap.phrasing import sentence, slug
from soap.plan_wording import plan_text
from soap.pronouns import referred
from soap.register import Person
from soap.register.verbs import bases
from soap.safety_net import Warned, rejoined
from soap.strands import Strand
from soap.wellformed import readable

TREATMENT, TESTING, REFERRAL, EDUCATION, FOLLOW_UP, SAFETY_NET, AGREEMENT = (
    "treatment", "testing", "referral", "education", "follow_up", "safety_net", "agreement"
)  # fmt: skip
PARTS = (TREATMENT, TESTING, REFERRAL, EDUCATION, FOLLOW_UP, SAFETY_NET, AGREEMENT)
_LABELS = {
    TREATMENT: "Medical Treatment", TESTING: "Additional Testing", REFERRAL: "Specialist Referrals",
    EDUCATION: "Patient Education and Counseling", AGREEMENT: "Patient Agreements",
}  # fmt: skip
_ACTS = re.compile(
    r"^(?:we (?:will|can|may|could|might|should)|i (?:advised|encouraged|recommend|suggest|"
    r"reminded|urged|asked|cautioned|will|have (?:ordered|prescribed|recommended|suggested|placed|"
    r"sent|referred|asked|advised|encouraged|provided|scheduled|refilled))|"
    r"(?:things like )?antibiotics (?:do|does|will|would) not|"
    r"i do not think (?:that )?(?:the patient|he|she|we) needs?|(?:the patient|he|she) does not need|"
    r"the patient (?:will|should|can|may|could|must)|(?:he|she) (?:will|should|can|may|"
    r"could)|if |once |when |unless |after |depending |"
    r"continue|increase|decrease|reduce|start|stop|order|prescribe|refer|repeat|refill|"
    r"discontinue|recheck|initiate|begin|follow|take|avoid|rest|ice|"
    r"use|drink|keep|monitor|schedule)\b"
)
_NO_PLAN = re.compile(
    r"\b(?:template|have a chat|pictures|stick|discuss (?:the|this|that|it)|what 's called|"
    r"talk (?:a little )?(?:about|more)|take a (?:quick )?look|look at|go over|see what|"
    r"see how (?:this|that|it) goes from there|be right back|ask (?:the patient|you)|"
    r"questions?|let you know what|examine|listen to|the nurse|my nurse|front desk|"
    r"in the notes|number|information at|"
    r"(?:over|on) the phone|on the line|in a (?:second|moment|minute)|all the information|able to help|"
    r"check (?:the patient )?out|(?<!get )checked out|get (?:the patient )?checked|do (?:a|an|my|"
    r"your) (?:\w+ )?exam|physical exam|"
    r"pull (?:up|that)|bring up|document\w*|finalize|show me|thank|take care|"
    r"see the patient (?:later|soon)|be in touch then|have a (?:good|great|nice)|"
    r"calling out|start (?:my|the) exam|be honest|say that|tell me|hear|move (?:the|your) |"
    r"bend (?:the|your)|deep breath|lay down|lie down|hop up|sit up|roll up)\b"
)
_TEST_WORDS = re.compile(
    r"\b(?:mri|x-?rays?|ct|ultrasound|echo(?:cardiogram)?|ekg|ecg|labs?|blood (?:work|tests?|"
    r"count)|blood|investigations?|a1c|panel|cbc|cmp|bmp|tsh|urinalysis|urine|culture|biopsy|"
    r"mammogram|colonoscopy|endoscopy|stress test|pulmonary function|pft|emg|screening|test(?:ing|"
    r"s)?|scan|titer|levels?|swab|holter|elastography|imaging)\b",
    re.IGNORECASE,
)
_TEST_ACTS = re.compile(
    r"\b(?:order|obtain|repeat|recheck|check|getting|doing|having|checking|get|send|schedule|run|do|perform|refer|have|needs?|see|monitor)\b",
    re.IGNORECASE,
)
_REFERRALS = re.compile(
    r"\b(?:refer(?:ral|red)?|consult(?:ation)?|(?:physical|occupational|speech) therapy|physio\w*|"
    r"cardiologist|neurologist|gastroenterolog\w+|"
    r"dermatolog\w+|orthoped\w+|urolog\w+|nephrolog\w+|endocrinolog\w+|psychiatr\w+|psycholog\w+|"
    r"therapist|rheumatolog\w+|pulmonolog\w+|ophthalmolog\w+|"
    r"oncolog\w+|surgeon|specialist|podiatr\w+|nutritionist|nutrition|dietit?ian|dietician|"
    r"ambulance|allergist|counsell?or|cardiac rehab)\b",
    re.IGNORECASE,
)
_TREATS = re.compile(
    r"\b(?:\d+ (?:mg|milligrams?|mcg|g|mL|units|grams?|puffs?|tablets?|drops?)|prescri\w+|medications?|"
    r"medicines?|inhalers?|antibiotics?|steroids?|brace|splint|sling|boot|cast|crutches|"
    r"aircast|injections?|surgery|cream|ointment|drops|cortisone|refill\w*|dose|taper|"
    r"pain ?killers?|supplement|nsaids?|anti-inflammator\w+|wrap|immobilizer|orthotics|"
    r"physical therapy|ice|elevate)\b",
    re.IGNORECASE,
)
_IF = re.compile(r"\b(?:if|unless|in case|should (?:the|your|any))\b")
_SEEK = re.compile(
    r"\b(?:call|contact|come (?:back|in)|return|let (?:me|us) know|emergency|hospital|999|911|111|"
    r"a and e|seek|reach out|notify|message|in touch|speak to|ring|book|"
    r"see (?:the patient|him|them) (?:straight|urgent\w*|sooner)|see (?:a|the|your|their|"
    r"his|her) (?:gp|doctor)|see (?:somebody|someone)|"
    r"follow up|go to)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:\d+|a couple(?: of)?|a few|one|a|next|1|few|couple) (?:to \d+ |or \d+ )?(?:days?|"
    r"weeks?|months?|years?)\b|\btomorrow\b|\bas needed\b|\bnext visit\b",
    re.IGNORECASE,
)
_FOLLOWS = re.compile(
    r"\b(?:follow(?:-| )?up|see (?:the patient|him|her|them|you|me)(?: back| again)?|return|"
    r"come back|recheck with|back in)\b",
    re.IGNORECASE,
)
_FOLLOWS_WITH = re.compile(
    r"^(?:follow|the patient (?:will|should) follow)(?:-| )?up (?:in|with|after|next|as needed|"
    r"once|when|if)\b"
)
_AGREES = re.compile(
    r"^(?:(?:yes|yeah|yep|okay|ok|alright|all right|sure|no|oh|well|great|perfect|um|uh|,|"
    r"\.)[ ,.]*)*(?:that |this |it |all |both )?(?:all )?(?:sounds? (?:good|great|"
    r"like a (?:good )?plan|fine|perfect|okay|reasonable)|works(?: for me)?|"
    r"you got it|that 's (?:fine|good|great|perfect|okay)|that is (?:fine|good|great)|"
    r"(?:i )?agree|i can do that|i will do that|i 'll do that|let 's do (?:that|it)|absolutely|"
    r"makes sense|i understand|understood|will do|"
    r"that would be (?:good|great|fine|perfect)|i 'm (?:fine|okay|happy|good) with that|"
    r"i would like (?:that|to do that)|perfect|fair enough|sounds)\b"
)
_ASKED_CONSENT = re.compile(
    r"\b(?:sounds? (?:good|okay|all right|alright|like a plan|reasonable|fine)|"
    r"how does that sound|does that (?:sound|work|make sense)|is that (?:okay|all right|alright|"
    r"fine)|okay with (?:that|you)|agree)\b"
)
_AGREED = "The patient understands and agrees with the recommended medical treatment plan."
_YES = re.compile(
    r"^(?:(?:um|uh|,|oh) )*(?:yes|yeah|yep|okay|ok|sure|alright|all right|mm-hmm|absolutely|"
    r"definitely|perfect|great)\b"
)
_OBJECTS = re.compile(r"\b(?:but|not sure|do not want|don't want|rather not|would prefer|worried|no)\b")


_TOLD = 0.25  # over it "we will ..." is a plan whatever it is about
_LEAST, _SURE = 0.03, 0.5  # under the first nothing is a plan; a question is one only over the second
_PLAIN = frozenset({TREATMENT, TESTING, REFERRAL, FOLLOW_UP, SAFETY_NET})  # wording alone tells a plan


_BARE = re.compile(
    r"^(?:(?:\S+ ){2,3}(?:that|it|this|them)|continue to (?:use|take|monitor|do)|"
    r".*\bfollow up(?: with (?:her|him|them))?|we (?:will|can) (?:order|do) (?:a|an|some|the|that|more|other) ?(?:test|"
    r"tests|referral)|if (?:those|these|such|any of (?:those|these)) things "
    r"(?:happen|occur|start|come|are|get)\b.*|.*\bin that case|"
    r"i recommend some medications?|.*\btak(?:e|ing) (?:for|instead)\b.*|.* here|"
    r"if the patient can [^,]+|(?:we (?:will|can|could)|the patient (?:can|could|will)) (?:try|do|use|carry on with) "
    r"(?:that|it|this|them)(?: (?:for|in|at|over|today|now)\b[^,]*)?|"
    r"we (?:will|can) send (?:it|that|those|them|these) .*)$"
)  # "we can test that": of what, nobody can read
_VERB = re.compile(
    r"^(?:(?:if|once|when|unless|after|depending)\b.{0,120}?,? )?(?:we|i|the patient|he|"
    r"she) (?:will|can|may|could|might|should|advised the patient to|encouraged "
    r"the patient to) (?:not |also |either |then |definitely |probably |need to |have to |"
    r"want to |try to )*(?P<verb>[a-z-]+)"
)
_CONSEQUENCE = re.compile(
    r"\b(?:we|i|the patient|he|she|you) (?:can|will|should|may|might|could|would|need|must|"
    r"advised)\b|\b(?:please|call|contact|ring|"
    r"come back|return|go (?:straight )?to|make an appointment|"
    r"book|attend|give|take|taking|let|stop|seek|see|speak|continue|restart)\b"
)
_VERBS = bases() - {
    "let",
    "see",
    "know",
    "talk",
    "look",
    "say",
    "touch",
    "help",
    "spend",
    "feel",
    "think",
    "hear",
    "hope",
} | frozenset(
    "order prescribe obtain schedule initiate discontinue refer recheck perform administer "
    "arrange place provide book request "
    "consult evaluate rule exclude treat continue increase decrease reduce lower raise adjust hold taper add "
    "begin keep consider proceed "
    "monitor record log track ice elevate rest wear avoid follow contact notify engage discuss "
    "plan screen test hydrate drink "
    "strain weigh cut quit abstain limit bring return reach repeat review assess brace splint "
    "inject remove excise apply soak "
    "clean wash bandage wrap gargle use receive undergo complete submit fax print give send set "
    "get be have stop start take".split()
)


_ADVICE = re.compile(
    r"\b(?:rest|resting|home|look out|fevers?|fluids?|water|hydrat\w+|ice|elevat\w+|avoid\w*|exercis\w+|diet|time off|"
    r"off work|smok\w+|stretch\w*|weight|alcohol|sleep|"
    r"salt|sodium|caffeine|wear|crutches|diary|log|food|foods|heat|moisturi\w+|gargl\w*|honey|"
    r"isolat\w*|monitor|trigger\w*)\b"
)


def _plain_advice(text: str) -> bool:
    """Advice told outright, of the things advice is about."""
    return text.startswith(("i advised", "i encouraged", "i recommend", "the patient should")) and bool(
        _ADVICE.search(text)
    )


def _advises(text: str, clause: Clause) -> bool:
    """Whether it tells the patient something clinical, not how the call or the clinic works."""
    if text.startswith(("the patient can ", "the patient could ", "the patient may ", "the patient might ")):
        return bool(_ADVICE.search(text))
    return not text.startswith(("we ", "the patient ")) or bool(clause.mentions or _ADVICE.search(text))


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A line of the plan before it is a statement."""

    part: str
    text: str
    clause: Clause
    problem: str
    evidence: tuple[int, ...]
    places: tuple[int, ...]  # of its clauses among the doctor's

    def content(self) -> set[str]:
        """Its content words and numbers."""
        return set(re.findall(r"[a-z0-9.]+", self.text.lower())) - _EMPTY


_SUBJECT_OF_CONDITION = re.compile(r"^(?:if|when|once|unless)(?: (?:the patient|\S+) \S+)?")


def part_of(text: str, clause: Clause) -> str:
    """Which part of a plan a worded clause is, "" when it is none."""
    if not _ACTS.match(text) or _NO_PLAN.search(text) or _BARE.match(text):
        return ""
    condition = _SUBJECT_OF_CONDITION.match(text)
    if condition is not None and not _CONSEQUENCE.search(text, condition.end()):
        return ""
    if _IF.search(text) and _SEEK.search(text):
        return SAFETY_NET
    acted = _VERB.match(text)
    if acted is not None and (acted["verb"] not in _VERBS or acted.end() == len(text)):
        return ""
    if _FOLLOWS.search(text) and (_WHEN.search(text) or _FOLLOWS_WITH.match(text)):
        return FOLLOW_UP
    medicine = any(m.concept.kind is Kind.MEDICINE for m in clause.mentions)
    if _REFERRALS.search(text) and not medicine:
        return REFERRAL
    test = _TEST_WORDS.search(text) or any(m.concept.kind is Kind.TEST for m in clause.mentions)
    if (
        test
        and _TEST_ACTS.search(text)
        and not medicine
        and not text.startswith(("i advised", "i encouraged"))
    ):
        return TESTING
    if medicine or _TREATS.search(text):
        return TREATMENT
    return EDUCATION


def plan_lines(strands: Sequence[Strand], about: Sequence[str], person: Person, bar: float) -> list[PlanLine]:
    """Clauses that plan something, worded as a note, each with the problem talked of."""
    lines: list[PlanLine] = []
    for warned in rejoined(strands):
        strand, clause = warned.strand, warned.strand.clause
        if lines and (purpose := _purpose(lines[-1], warned, person)):
            lines[-1] = purpose
            continue
        joined = len(warned.turns) > 1 or clause is not strands[warned.at].clause
        if (clause.asked and strand.plan < _SURE) or _completes_question(strands, warned.at):
            continue
        worded, turns = referred(plan_text(clause.text, person), strands[: warned.at], clause)
        part = part_of(worded, clause)
        if strand.plan < _LEAST and not joined and part != SAFETY_NET:
            continue
        if (
            part
            and 3 <= len(worded.split()) <= 55
            and (strand.plan >= bar or part in _PLAIN or _plain_advice(worded))
            and (part != EDUCATION or strand.plan >= _TOLD or _advises(worded, clause))
        ):
            text = notation(worded, clause.mentions)
            evidence = tuple(sorted({*warned.turns, *turns}))
            lines.append(PlanLine(part, text, clause, about[warned.at], evidence, warned.places))
    return lines


_ASKS_HOW = re.compile(r"\bhow (?:many|far|much|long|often)\b|^(?:how|what|where|when)\b")


def _completes_question(strands: Sequence[Strand], at: int) -> bool:
    """ "How many stairs / you can climb before ...": the second half of a question."""
    before = strands[at - 1].clause if at else None
    clause = strands[at].clause
    return (
        before is not None
        and before.turn == clause.turn
        and (before.asked or _ASKS_HOW.search(before.text) is not None)
        and clause.text.startswith(("you can ", "you could ", "you may ", "you might "))
    )


_PURPOSE = re.compile(
    r"^(?:(?:and|so) )*(?:that|this|it|which|they)(?: 's| is| 'll| will| should| may| can| would| could)?(?: also)?"
    r"(?: going to)?(?: also| hopefully)* "
    r"(?P<to>(?:help|reduce|decrease|ease|relieve|improve|strengthen|prevent|control)(?! us\b| me\b)) (?P<what>.+)$"
)
_LONGEST_WITH_PURPOSE = 40  # words


def _purpose(line: PlanLine, warned: Warned, person: Person) -> PlanLine | None:
    """The line with what it is for, where the doctor says so in the next breath ("that should help with the pain")."""
    clause = warned.strand.clause
    found = _PURPOSE.match(clause.text)
    after = line.places[-1] + 1 == warned.at and line.clause.turn == clause.turn
    if (
        found is None
        or not after
        or line.part not in {TREATMENT, REFERRAL, EDUCATION}
        or " to help " in line.text
    ):
        return None
    what = notation(third_person(f"{found['to']} {found['what']}", person), clause.mentions)
    text = f"{line.text} to {what}"
    if len(text.split()) > _LONGEST_WITH_PURPOSE or not readable(sentence(text)):
        return None
    return replace(line, text=text, places=(*line.places, *warned.places))


def agreement(consult: Consult, since: int) -> tuple[int, ...]:
    """Turns in which the patient agrees to the plan talked of from turn `since` on; empty when nobody says so."""
    found = []
    for turn in range(since + 1, len(consult.turns)):
        if consult.turns[turn].speaker == "doctor" or not consult.sentences[turn]:
            continue
        said = " ".join(s.plain for s in consult.sentences[turn])
        asked = consult.turns[turn - 1].speaker == "doctor" and consult.sentences[turn - 1]
        question = consult.sentences[turn - 1][-1].plain if asked else ""
        if _OBJECTS.search(said):
            continue
        if _AGREES.match(said) or (_ASKED_CONSENT.search(question) and _YES.match(said)):
            found.append(turn)
    return tuple(found)


_EMPTY = frozenset(
    "a an the we will i to of for and or in on at it that this patient should can order continue "
    "start prescribe some his her with as "
    "also advised going get take another be have you him them then so what new".split()
)


def _once(lines: Sequence[PlanLine]) -> list[PlanLine]:
    """A line whose words all stand in an earlier one of the same part is that line, said again."""
    kept: list[PlanLine] = []
    for line in lines:
        content = line.content()
        same = next((k for k in kept if k.part == line.part and content <= k.content()), None)
        if same is None:
            kept.append(line)
        else:
            evidence = tuple(sorted({*same.evidence, *line.evidence}))
            kept[kept.index(same)] = replace(same, evidence=evidence)
    return kept


def _of_the_visit(line: PlanLine, problems: Sequence[str]) -> PlanLine:
    """Follow-up and safety net said at the end of several problems are about none of them by name."""
    closing = len(problems) > 1 and line.problem == problems[-1] and line.part in {FOLLOW_UP, SAFETY_NET}
    return replace(line, problem="") if closing and not line.clause.mentions else line


def plan_statements(
    lines: Sequence[PlanLine], titles: Mapping[str, str], consult: Consult
) -> Iterator[Statement]:
    """Lines by problem, each problem's together, then those of the visit; by part within; agreement closes the plan.

    `titles`: heading of each problem by key, in the order of the problems.
    """
    first: set[tuple[str, str]] = set()
    rank = {key: at for at, key in enumerate(titles)}
    ordered = sorted(
        (_of_the_visit(line, list(titles)) for line in _once(lines)),
        key=lambda x: (rank.get(x.problem, len(rank)), PARTS.index(x.part)),
    )
    for line in ordered:
        label = _LABELS.get(line.part, "") if (line.problem, line.part) not in first else ""
        first.add((line.problem, line.part))
        text = f"{label}: {sentence(line.text)}" if label else sentence(line.text)
        key = f"{model.PLAN}:{line.part}:{slug(line.clause.text)}"
        heading = titles.get(line.problem, "")
        yield Statement(key, model.PLAN, text, line.evidence, State.PRESENT, 0.8, {}, heading, line.part)
    agreed = agreement(consult, min((line.clause.turn for line in lines), default=len(consult.turns)))
    if agreed and lines:
        text = f"{_LABELS[AGREEMENT]}: {_AGREED}"
        yield Statement(
            f"{model.PLAN}:{AGREEMENT}", model.PLAN, text, agreed, State.PRESENT, 0.8, part=AGREEMENT
        )
