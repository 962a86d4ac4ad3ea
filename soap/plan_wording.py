"""A doctor's spoken plan in the words of a note: "i want you to ice it" -> "I advised the patient to ice it".

What was said keeps its force: a wish stays a wish, "we could consider" stays a possibility, a condition a condition.
"""

from __future__ import annotations

import re

from clinical_language.remembering import remembered
from soap.advice import IMPERATIVE, led_in
from soap.notation import third_person
from soap.plan_plain import plain
from soap.register import Person

_ALSO = (
    r"(?:also |just |probably |definitely |certainly |strongly |first |then |again |now |really |"
    r"therefore |still |always |quite |normally |usually )*"
)
_US = r"(?:i|we)"
_INTENT = re.compile(
    rf"^(?:(?:(?:so|now|and|but|then|first|for that|at this point|in the meantime|today|also|again|"
    rf"meantime|,) )*)"
    rf"(?:(?:what )?{_US} (?:am going to|are going to|will|'ll|can|would like to|"
    rf"want to|'d like to) {_ALSO}do"
    rf"(?: for you| now| today| here| first| next)* is (?:that )?)?"
    rf"(?:(?:what|the (?:first|next|other|second|only) thing) (?:{_US}|"
    rf"that {_US}) .{{0,40}}? is (?:to |that )?|"
    rf"{_US} (?:am|are|'m|'re|were) {_ALSO}going to {_ALSO}|"
    rf"{_US} (?:will|'ll|shall) {_ALSO}(?:be going to |be (?![a-z]+ing\b))?|"
    rf"{_US} {_ALSO}(?:want|like|would {_ALSO}like|'d {_ALSO}like|need|would {_ALSO}love|plan|"
    rf"have) {_ALSO}to {_ALSO}|"
    rf"{_US} {_ALSO}(?:think|feel like|believe) (?:that )?{_US} (?:should|need to|can|will|'ll) {_ALSO}|"
    rf"{_US} (?:should|need to) {_ALSO}|let 's {_ALSO}(?:try (?:and|to) )?|going to {_ALSO}|"
    rf"will {_ALSO}(?=order|send|refer|prescribe|get|start|put|give))"
    rf"(?P<act>.+)$"
)
_ASK = re.compile(
    rf"^(?:(?:so|now|and|but|then|first|also|again|,) )*(?:{_US} {_ALSO}(?:want|would {_ALSO}like|"
    rf"'d {_ALSO}like|need|like) {_ALSO}"
    rf"(?:for )?you {_ALSO}to {_ALSO}|(?:{_US} (?:will|'ll) )?{_ALSO}(?:have|"
    rf"ask) you (?:to )?(?=\w+ )|please {_ALSO}|(?:i )?(?:just )?make sure (?:that )?you (?:are |"
    rf"'re )?{_ALSO})(?P<act>.+)$"
)
_ENCOURAGE = re.compile(
    rf"^(?:(?:so|now|and|but|then|also|,) )*(?:i|we) (?:would |'d |am going to |do |want to |"
    rf"will )*{_ALSO}(?P<verb>encourage|advise|urge|remind|ask|caution)"
    rf"(?: you)? (?P<act>to .+|not to .+)$"
)
_RECOMMEND = re.compile(
    rf"^(?:(?:so|now|and|but|then|also|,) )*(?:what )?(?:(?:i|we) (?:would |'d |am going to |do |"
    rf"will |am |are )*{_ALSO}"
    rf"(?P<verb>recommend|suggest|advise|recommending|suggesting)(?: (?:that )?(?:is|"
    rf"for you is))?(?: that)?|my (?:recommendation|advice)(?: \w+){{0,3}} is(?: that)?)(?: (?:i|"
    rf"we) (?:want|would like))? (?P<act>.+)$"
)
_MODAL = re.compile(
    rf"^(?:(?:so|now|and|but|then|also|,) )*you {_ALSO}(?P<modal>should|need to|have to|must|can|"
    rf"could|may|might want to|will|'ll|are going to|ought to|might) {_ALSO}(?:try (?:and|"
    rf"to) )?(?P<act>.+)$"
)
_ORDERED = re.compile(r"^(?:hey[ ,]+)?(?:dragon|dax)[ ,?.]*(?P<act>.+)$")

_ACTS = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"^keep you on (?:the |your |that )?", "continue "),
        (r"^(?:keep|continue) (?:you )?(?:on )?with (?:the |your )", "continue "),
        (r"^continue you on (?:the |your )?", "continue "),
        (r"^have you (?:continue|stay|keep) (?:on |taking |with )?(?:the |your )?", "continue "),
        (r"^stay on (?!(?:the |your )?(?:line|phone)\b)(?:the |your )?", "continue "),
        (r"^keep taking (?:the |your )?", "continue taking "),
        (
            r"^(?:put|get|start|place|try) you (?:back )?(?:in|into|on to|onto|on|with) ",
            "start the patient on ",
        ),
        (
            r"^start the patient on (?=(?:a |an )?(?:\w+ ){0,3}(?:brace|splint|boot|cast|sling|aircast|"
            r"immobilizer))",
            "place the patient in ",
        ),
        (r"^(?:give you (?!that\b|this\b)|get you (?=(?:some|a|an|the)\b))", "provide the patient with "),
        (r"^(?:send|get) you (?:out |over |up )?(?:for|to get) (?=(?:a|an|some)\b)", "order "),
        (r"^send you (?:out |over |set up )?(?:to|with) (?:see )?", "refer the patient to "),
        (
            r"^get you (?:out |over |set up )?(?:(?:to|with) see |with |to (?=(?:an?|the|my|our|your|physical|"
            r"occupational|speech|physio\w*|\w+(?:ist|logy|therapy))\b))",
            "refer the patient to ",
        ),
        (
            r"^(?:set|hook) you up (?:with|for) (?=.*\b(?:clinics?|\w+therapy|therap\w+|"
            r"\w+ist|\w+logy|surgeon|doctor|dr)\b)",
            "refer the patient to ",
        ),
        (r"^(?:set|hook) you up (?:with|for) ", "arrange "),
        (r"^refer you (?:out |over |back )?(?:to|for) ", "refer the patient to "),
        (
            r"^(?:get|do|obtain) (?!.*\binformation\b)"
            r"(?=(?:a|an|another|some|the)\b.*\b(?:mri|ct|x-ray|x - ray|ultrasound|"
            r"echo|lab|labs|blood|test|panel|ekg|scan|a1c)\b)",
            "order ",
        ),
        (r"^(?:send|call) in ", "prescribe "),
        (r"^write (?:you )?(?:for |a prescription for )", "prescribe "),
        (r"^(?:bump|go) (?:you )?up (?:on )?", "increase "),
        (r"^prescribe you ", "prescribe "),
        (r"^order you ", "order "),
        (r"^increase you to ", "increase to "),
        (r"^recommend (?:you|that you) ", "recommend that the patient "),
        (
            r"^see you (?:back |again )*(?=(?:in|next|on|at|after|within|tomorrow|as needed|with|later|"
            r"sooner|monday|once|when)\b|$)",
            "follow up ",
        ),
        (r"^have you (?:come back|back|return)(?: to see me| and see me| here)? ?", "follow up "),
        (r" done$", ""),
    )
)
_STAYS = re.compile(
    r"^(?:continue|increase|decrease|reduce|discontinue|stop|repeat|refill|recheck|start|begin|initiate)\b"
)


@remembered
def plan_text(text: str, person: Person) -> str:
    """The clause in a note's words. `text` is a cleaned clause, lower case."""
    return " ".join(third_person(_framed(led_in(plain(text))), person).split())


def _framed(text: str) -> str:
    for pattern, frame in _FRAMES:
        found = pattern.match(text)
        if found:
            return frame(found)
    return text


_ING = re.compile(r"(?!bring\b)[a-z]{2,}ing\b")
_MAYBE = re.compile(r"\b(?:could|might|may|think about)\b")


def _intent(found: re.Match[str]) -> str:
    act = _acted(found["act"])
    if _ING.match(act):  # "what we could think about is giving you ..."
        only_thought = _MAYBE.search(found[0][: found.start("act") - found.start()])
        return f"we can consider {act}" if only_thought else f"i recommend {act}"
    if act.startswith(("recommend", "encourage", "advise", "suggest")):
        return f"i {act}"
    if act.startswith(("follow up", "wear ", "take ", "use ", "drink ", "ice ", "come ", "have you ")):
        return f"you will {act.removeprefix('have you ')}"
    if act.startswith(("explain ", "go over ", "talk ", "review ")):
        return ""
    return act if _STAYS.match(act) else f"we will {act}"


def _asked(found: re.Match[str]) -> str:
    act = found["act"]
    return act if act.startswith(("continue ", "follow up", "follow-up")) else f"i advised you to {act}"


def _encouraged(found: re.Match[str]) -> str:
    past = {
        "encourage": "encouraged",
        "advise": "advised",
        "urge": "urged",
        "remind": "reminded",
        "ask": "asked",
        "caution": "cautioned",
    }
    return f"i {past[found['verb']]} you {found['act']}"


def _recommended(found: re.Match[str]) -> str:
    act = re.sub(r"^(?:for )?you (?:to )?(?![a-z]+ing\b)", "that you ", found["act"])
    act = re.sub(r"^(?:for )?you (?=[a-z]+ing\b)", "", act)
    if act.split(" ", 1)[0] in {
        "go",
        "take",
        "get",
        "see",
        "keep",
        "use",
        "drink",
        "avoid",
        "rest",
        "start",
        "book",
    }:
        return f"i advised you to {act}"
    return f"i recommend {act}"


def _modal(found: re.Match[str]) -> str:
    modal = {
        "need to": "should",
        "have to": "should",
        "ought to": "should",
        "'ll": "will",
        "are going to": "will",
        "must": "must",
    }
    act = _acted(found["act"])
    return f"you {modal.get(found['modal'], found['modal'])} {act}"


_AND_CONTINUE = re.compile(r"\b(and|then|or) (?:continue|keep) you on (?:the |your )?")


def _acted(act: str) -> str:
    act = re.sub(rf"^{_ALSO}", "", act)
    for pattern, by in _ACTS:
        act = pattern.sub(by, act)
    return _AND_CONTINUE.sub(r"\1 continue ", act)


def _dictated(found: re.Match[str]) -> str:
    act = re.sub(r"^(\w+), ", r"\1 ", _acted(found["act"]))
    return act if _STAYS.match(act) else f"we will {act}"


_BACK = re.compile(
    r"^(?:(?:so|and|then|please|do|,) )*(?:(?:i|we) (?:will |'ll |can )?)?"
    r"(?:come|coming|see (?:you|me|us)|check|have you|follow|return|back)"
    r"(?:(?:ing)?(?: and| to| for you to)?(?: see (?:me|us)| come| back| again| here|[ -]up)+|"
    r" with (?:me|us))* "
    r"(?=in |on (?:mon|tues|wednes|thurs|fri|satur|sun)day|at |within |after |next |tomorrow|"
    r"again|if |sooner|for )(?P<when>.+)$"
)
_CONTACT = re.compile(
    r"^(?:(?:so|and|then|please|do|,) )*(?P<act>(?:call|contact|ring|phone|message|let|give|go|"
    r"come back|seek|speak|"
    r"reach out|book|see|tell)\b.*\b(?:if|in case|should)\b.+)$"
)


_GERUND = re.compile(
    r"^(?:(?:it 's|it is|that 's|just|really|about),? )*(?P<act>(?:not )?(?:making sure|drinking|pushing|"
    r"resting|taking|keeping|avoiding|trying|"
    r"eating|using|getting|applying|doing|stopping|elevating|icing|arranging|booking) .+)$"
)


def _advised(found: re.Match[str]) -> str:
    return f"i advised {found['act']}"


def _returns(found: re.Match[str]) -> str:
    return f"you will follow up {found['when']}"


def _advised_to(found: re.Match[str]) -> str:
    return f"i advised you to {found['act']}"


_OFFER = re.compile(
    rf"^(?:i|we) (?P<how>can|could|might|may(?! (?:need|have))|'m {_ALSO}(?:quite |very |more than )?happy to|"
    rf"am {_ALSO}(?:quite |very |more than )?happy to) {_ALSO}"
    r"(?P<act>(?:prescribe|give|send|refer|arrange|organi[sz]e|"
    r"book|order|increase|reduce|start|write|issue|put|(?:call|ring) (?:you )?an ambulance)\b.*)$"
)
_WOULD = re.compile(
    r"^i (?:would|'d) (?:try (?:and|to) )?(?P<act>(?:arrange|avoid|keep|take|drink|stay|rest|continue|use|carry on|"
    r"stop|ease|get|book|start|cut) .+)$"
)
_WORTH = re.compile(
    r"^(?:i (?:do )?think (?:that )?)?(?:it (?:(?:might|may|would|will|could|'d) (?:\w+ )?be|'s|is) )?"
    r"(?:also |probably |maybe |perhaps |always |quite |very |more )*"
    r"(?:worth|worthwhile|a good idea|sensible|important|best|advisable)(?: (?:for )?(?:us|you(?:r)?)(?= ))?"
    r" (?P<act>[a-z]{2,}ing .+|to .+)$"
)


_WONDER = re.compile(
    r"^i (?:do )?wonder (?:whether|if) (?P<act>[a-z]{2,}ing .+?) (?:may|might|would|could) (?:also )?"
    r"(?:be (?:beneficial|helpful|useful|worthwhile|good)|help)$"
)
_NEEDS = re.compile(r"^i (?:do )?think (?:that )?(?:you|we) need (?P<act>(?:an?|some|another|the) .+)$")
_LOOK_OUT = re.compile(
    r"^(?:the )?(?:main |other )?things? (?:that )?(?:to|you (?:should|need to)) (?:look|watch) out for"
    r"(?: (?:would be|will be|is|are))?,? (?P<act>(?!if\b).+)$"
)


def _wondered(found: re.Match[str]) -> str:
    return f"we can consider {found['act']}"


def _needed(found: re.Match[str]) -> str:
    return f"you need {found['act']}"


def _watched(found: re.Match[str]) -> str:
    return f"i advised you to look out for {found['act']}"


def _offered(found: re.Match[str]) -> str:
    how = found["how"] if "happy" not in found["how"] else "can"
    return f"we {how} {_acted(found['act'])}"


def _worth(found: re.Match[str]) -> str:
    act = found["act"]
    return f"i advised you {act}" if act.startswith("to ") else f"i suggest {act}"


_FRAMES = (
    (_OFFER, _offered),
    (_WOULD, _advised_to),
    (_WORTH, _worth),
    (_WONDER, _wondered),
    (_NEEDS, _needed),
    (_LOOK_OUT, _watched),
    (_BACK, _returns),
    (_ORDERED, _dictated),
    (_ENCOURAGE, _encouraged),
    (_RECOMMEND, _recommended),
    (_ASK, _asked),
    (_INTENT, _intent),
    (_MODAL, _modal),
    (_CONTACT, _advised_to),
    (IMPERATIVE, _advised_to),
    (_GERUND, _advised),
)
