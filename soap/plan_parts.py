"""Which part of a plan a worded clause of the doctor is: treatment, tests, referral, advice, follow-up, safety net."""

from __future__ import annotations

import re

from clinical_language import Kind
from soap.clauses import Clause
from soap.register.verbs import bases

TREATMENT, TESTING, REFERRAL, EDUCATION, FOLLOW_UP, SAFETY_NET, AGREEMENT = (
    "treatment", "testing", "referral", "education", "follow_up", "safety_net", "agreement"
)  # fmt: skip
PARTS = (TREATMENT, TESTING, REFERRAL, EDUCATION, FOLLOW_UP, SAFETY_NET, AGREEMENT)
PLAIN = frozenset({TREATMENT, TESTING, REFERRAL, FOLLOW_UP, SAFETY_NET})  # wording alone tells a plan
_ACTS = re.compile(
    r"^(?:we (?:will|can|may|could|might|should|would)|i (?:advised|encouraged|recommend|suggest|"
    r"reminded|urged|asked|cautioned|will|have (?:ordered|prescribed|recommended|suggested|placed|"
    r"sent|referred|asked|advised|encouraged|provided|scheduled|refilled))|"
    r"(?:things like )?antibiotics (?:do|does|will|would) not|"
    r"i do not think (?:that )?(?:the patient|he|she|we) (?:needs?|can|should) |(?:the patient|he|she) does not need|"
    r"the patient (?:will|should|can|may|could|must|needs (?:an?|some|another|the))|(?:he|she) (?:will|should|can|may|"
    r"could)|we need (?:an?|some|another) |if |once |when |unless |after |depending |"
    r"continue|increase|decrease|reduce|start|stop|order|prescribe|refer|repeat|refill|"
    r"discontinue|recheck|initiate|begin|follow|take|avoid|rest|ice|"
    r"use|drink|keep|monitor|schedule)\b"
)
_NO_PLAN = re.compile(
    r"\b(?:template|have a chat|pictures|stick|discuss (?:the|this|that|it)|what 's called|"
    r"talk (?:a little )?(?:about|more)|go over|see what|"
    r"see how (?:this|that|it) goes from there|be right back|ask (?:the patient|you)|"
    r"questions?|let you know what|listen to|the nurse|my nurse|front desk|"
    r"in the notes|number|information at|"
    r"(?:over|on) the phone|on the line|in a (?:second|moment|minute)|all the information|able to help|"
    r"check (?:the patient )?out|(?<!get )checked out|get the patient checked|get checked in|"
    r"pull (?:up|that)|bring up|document\w*|finalize|show me|thank|take care|"
    r"see the patient (?:later|soon)|be in touch then|have a (?:good|great|nice)|"
    r"calling out|(?:start|begin) (?:my|the) exam\w*|be honest|say that|tell me|hear|move (?:the|your) |"
    r"bend (?:the|your)|something for me|better idea|find out|proceed to|would be worried|if someone|"
    r"start (?:in \d|with (?:the |his |her )?(?:\w+ )+first)|"
    r"with which|do (?:a|the|that) (?:prescription|referral)|deep breath|lay down|lie down|hop up|sit up|roll up)\b"
)
_LOOKS = re.compile(r"^(?:\S+ ){0,4}(?:look at|take a (?:quick )?look)\b")
_TO_EXAMINE = re.compile(
    r"\b(?:(?:do|have|perform|get|needs?) (?:a |an |the |my |your )?(?:\w+ ){0,2}exam(?:ination)?|"
    r"physical exam(?:ination)?|examine)\b"
)
_ELSEWHERE = re.compile(
    r"\b(?:see|bring|book|have|assess) (?:the patient|him|her|them)\b|\b(?:face[ -]+to[ -]+face|in person|clinics?|"
    r"appointment|neurological|needs)\b"
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
    r"\b(?:follow(?: ?- ?| )?up|review(?:ed)?|touch base|see (?:the patient|him|her|them|you|me)(?: back| again)?|"
    r"return|come back|recheck with|back in)\b",
    re.IGNORECASE,
)
_FOLLOWS_WITH = re.compile(
    r"^(?:follow|the patient (?:will|should) follow)(?:-| )?up (?:in|with|after|next|as needed|"
    r"once|when|if)\b"
)
_BARE = re.compile(
    r"^(?:.*\b(?:take|use|have|do) it,? because\b.*|(?:\S+ ){2,3}(?:that|it|this|them)|"
    r".*\b(?:giving|give|getting|provide) the patient(?: with)?|"
    r"i recommend in the time.*|we will (?:ask(?:,.*)?|get that check\b.*)|"
    r"the patient (?:can|may) (?:go back|be coming out)\b.*|"
    r"continue to (?:use|take|monitor|do)|"
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
    r"she) (?:will|can|may|could|might|should|would|advised the patient to|encouraged "
    r"the patient to) (?:not |also |either |then |definitely |probably |need to |have to |"
    r"want to |try to )*(?P<verb>[a-z-]+)"
)
_CONSEQUENCE = re.compile(
    r"\b(?:we|i|the patient|he|she|you) (?:can|will|should|may|might|could|would|need|must|"
    r"advised)\b|\b(?:please|call|contact|ring|"
    r"come back|return|go (?:straight )?to|make an appointment|get in touch|get back|touch base|feel free|wait|"
    r"suggest|start|"
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
    r"(?:go(?:ing)? )?(?:in)?to work|salt|sodium|caffeine|wear|crutches|diary|log|food|foods|heat|"
    r"moisturi\w+|gargl\w*|honey|"
    r"isolat\w*|monitor|trigger\w*)\b"
)


def plain_advice(text: str) -> bool:
    """Advice told outright, of the things advice is about."""
    return text.startswith(("i advised", "i encouraged", "i recommend", "the patient should")) and bool(
        _ADVICE.search(text)
    )


def advises(text: str, clause: Clause) -> bool:
    """Whether it tells the patient something clinical, not how the call or the clinic works."""
    if text.startswith(("the patient can ", "the patient could ", "the patient may ", "the patient might ")):
        return bool(_ADVICE.search(text))
    return not text.startswith(("we ", "the patient ")) or bool(clause.mentions or _ADVICE.search(text))


_SUBJECT_OF_CONDITION = re.compile(r"^(?:if|when|once|unless)(?: (?:the patient|\S+) \S+)?")


_TO_BE_SEEN = re.compile(
    r"^(?:we (?:will|should|would|can|may|need to)|i (?:will|would)) (?:need to |want to |like to |probably )*"
    r"see (?:the patient|him|her|them)\b.*\b(?:exam\w*|assess\w*|tests?|investigat\w*|person|face|clinics?|"
    r"review|check)\b"
)
_HAS_TEST = re.compile(
    r"^i (?:advised|encouraged) the patient to (?:get|have|do|arrange|book|take) (?:an?|some|the)\b"
)
_BE_SEEN = re.compile(
    r"^i (?:advised|encouraged) the patient to (?:be (?:seen|assessed|reviewed|examined)|come in\b|book\b|"
    r"make an appointment)"
)
_RISK = re.compile(r"^(?:the patient|he|she) (?:may|might|can|could) (?:\w+ )?(?:get|have|develop|suffer)\b")


_COMMITS = re.compile(
    r"^we will (?:send|prescribe|order|refer|book|arrange|start|provide|increase|reduce|call)\b"
)


def is_surely_done(text: str, part: str) -> bool:
    """Whether what is said is done in so many words ("we will send the prescription"), whatever its neighbours are."""
    return part in {TREATMENT, TESTING, REFERRAL} and bool(_COMMITS.match(text))


def _is_talk(text: str) -> bool:
    """Whether it is about the visit itself: its examination, its papers, what is looked at."""
    return bool(
        _NO_PLAN.search(text)
        or _LOOKS.match(text)
        or (_TO_EXAMINE.search(text) and not _ELSEWHERE.search(text))
    )


def _is_risk(text: str, clause: Clause) -> bool:
    """Whether it tells what may happen ("you can get dehydrated"), not what to do."""
    kinds = {m.concept.kind for m in clause.mentions}
    return bool(_RISK.match(text)) and bool(kinds) and kinds <= {Kind.CONDITION, Kind.FINDING}


def part_of(text: str, clause: Clause) -> str:
    """Which part of a plan a worded clause is, "" when it is none."""
    if not _ACTS.match(text) or _is_talk(text) or _BARE.match(text) or _is_risk(text, clause):
        return ""
    condition = _SUBJECT_OF_CONDITION.match(text)
    if condition is not None and not _CONSEQUENCE.search(text, condition.end()):
        return ""
    if _IF.search(text) and _SEEK.search(text):
        return SAFETY_NET
    if _TO_BE_SEEN.match(text) or _BE_SEEN.match(text):
        return FOLLOW_UP
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
        and (_HAS_TEST.match(text) or not text.startswith(("i advised", "i encouraged")))
    ):
        return TESTING
    if medicine or _TREATS.search(text):
        return TREATMENT
    return EDUCATION
