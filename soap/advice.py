"""How advice is led in when it is spoken: "what i would suggest is ...", "the main thing is to ...", "drink plenty"."""

from __future__ import annotations

import re

_LEAD_IN = re.compile(
    r"^(?:(?:so|and|but|then|normally|usually|generally|,) ?)*"
    r"(?:to (?:round up|summari[sz]e|recap|wrap (?:it all )?up)|in summary|in conclusion|(?:number|step|thing) \d is|"
    r"(?:the|my|one|1) (?:\w+ ){0,3}?(?:thing|step|advice|recommendation|treatment)"
    r"(?: (?:to do|(?:that )?(?:you|we) can do(?: to help yourself)?))?(?: would be| will be| is| 's)|"
    r"(?:things )?you can do(?: to help yourself)? ?,? is|i (?:would|'d) (?:also )?say(?: that)?)(?: ,|,)? "
    r"(?:just |really |still )?(?:to )?(?=(?:[a-z]+ ){0,2}(?:drink|rest|get|stay|use|avoid|eat|carry|continue|make|"
    r"keep|look|watch|take|try|start|stop|see|go|come|ring|call|monitor|increase|reduce)\b)"
)
IMPERATIVE = re.compile(
    r"^(?:(?:so|just|please|also|really|then|and|,) )*(?P<act>(?:drink|rest|get (?:plenty|lots|some)|"
    r"stay (?:home|at home|hydrated|off|in|well|rested)|use (?:the|your|some)|avoid|eat|carry on|"
    r"(?:make sure and )?(?:look|watch) (?:out )?for|keep (?:hydrated|taking|up|drinking|yourself|an eye|a)|"
    r"self - ?isolate|try (?:and |to )?(?:drink|rest|avoid|get|keep|take|stay)|"
    r"take (?:some|regular|plenty|the|your|it|paracetamol|ibuprofen|1|2)|"
    r"have (?:very |some |a )*(?:simple|soft|light|plenty|lots)|lots of (?:fluids|water|rest)|rest up|"
    r"call (?:an|the) ambulance|call 999|"
    r"(?:go|take yourself) (?:straight )?to (?:a and e|hospital|the hospital))\b.*)$"
)
_PREFACE = re.compile(
    r"^(?:(?:so|and|but|then|,) )*(?:what|the (?:first|other|next|best|main|second) thing)(?: that)? (?:i|we)"
    r"(?:,? (?:'d|would|want|will|also|need|are|am|going|to|should|think|about|like|love|suggest|recommend|"
    r"advise|you|do|"
    r"now|first|today|then|maybe)){1,9},? is,? (?:that |to )?(?:maybe )?"
    r"(?=(?:i|we) (?:'d|would|will|are|am)\b|you (?:can|should|could|will)\b|[a-z]{2,}ing\b)"
)
_TO_DO = re.compile(
    r"^(?:(?:so|and|but|then|,) )*(?:what )?(?:i|we) (?:would |'d )?(?:also )?(?:recommend|suggest|advise|like|want) "
    r"(?:for )?you to do ?,? is ?,? (?:to )?(?:maybe )?(?=[a-z])(?!it\b|that\b|this\b|you\b)"
)
_HELPS = re.compile(
    r"^(?P<when>if [^,]+), (?:then )?(?P<act>taking .+?) (?:can|could|may|might|would|will|should)(?: also)? "
    r"(?:help|be (?:beneficial|helpful|useful|good|worthwhile))$"
)
_AVAILABLE = re.compile(
    r"^(?:there (?:are|is|'s) |you can get )?(?:also )?(?:things|something|some things|stuff) like (?P<what>.+?) "
    r"(?:that |which )?you can (?P<how>get|buy|take|use)\b(?P<where>[^,]*)(?:,.*)?$"
)
_ADVISED = re.compile(
    r"^(?:(?:so|and|but|then|,) )*what (?:i|we) (?:would |'d |do |will )?(?:also |normally |usually |always )*"
    r"(?P<verb>recommend|suggest|advise)(?: you to do| you do)? is (?:that |to )?(?=[a-z])(?!it\b|that\b|this\b)"
)
_ADVICE = (
    (_TO_DO, "i advised you to "),
    (_HELPS, r"\g<when>, i suggest \g<act>"),
    (_AVAILABLE, r"you can \g<how> \g<what>\g<where>"),
    (_ADVISED, r"i \g<verb> "),
)


def led_in(text: str) -> str:
    """ "What i would suggest is resting" -> "i recommend resting"; what follows "is" speaks for itself otherwise."""
    for pattern, by in _ADVICE:
        told = pattern.sub(by, text)
        if told != text:
            return told
    told = _PREFACE.sub("", text)
    return f"i recommend {told}" if told != text and not told.startswith(("i ", "we ", "you ")) else told


def without_lead(text: str) -> str:
    """ "Number one is to drink lots of water" -> "drink lots of water"."""
    return _LEAD_IN.sub("", text)
