"""A plan as it is spoken, without what speech puts around it: idioms, breaths, tails, roundabout ways."""

from __future__ import annotations

import re
from collections.abc import Callable

from soap.advice import without_lead

_TAILS = re.compile(
    r"(?:,? (?:thanks|thank you|bye|congratulations)\b.*|,? (?:and|to) (?:then )?see|,? if (?:you can|possible)|"
    r",? because,? (?:from what\b[^,]{0,20}|(?:that|it|this) means you)|,? (?:the|a) bit further|"
    r",? to (?:confirm|clear|check) that|,? (?:along with|before) that|,? and during that time|"
    r",? and (?:then )?based on [a-z ]{3,30})$|"
    r"(?:,? (?:does that (?:sound|make)|how does that|sound good|if that 's|is that|do you have|"
    r"any questions).*|"
    r"(?:, right|[ ,]+(?:too|then|there|as well|in there|okay|"
    r"and so forth|and so on|then probably|"
    r"and things like that|and that type of thing|and stuff|or something|or whatever|"
    r"and everything|and all that|today then|for you|"
    r"for now then)))$"
)


_TWICE = re.compile(  # "what i am going to do i am going to order ...", "i am also i am going to ..."
    r"^(?:(?:i think|what (?:i|we) (?:am|are|'m|'re) going to do(?: is)?|"
    r"(?:i|we) (?:am|are|will|would|'m|'re|'ll)(?: also)?|(?:i|we) also),? )+"
    r"(?:that )?(?=(?:i|we) (?:am|are|'m|'re|will|'ll|would|'d) )"
)
_IDIOM = re.compile(
    r"\b(?:i (?:will|'ll|must|have to) (?:admit|say|tell you|be honest)(?: that)?|i mean|i guess|"
    r"i suppose|to be honest) ?"
)
_NEXT = re.compile(  # "continue to watch that i am going to give you ...": another thought begins
    r"(?<=\w{3})(?:,? that)?,? (?:i|we) (?:am|are|'m|'re) (?:also )?(?:going|gonna) to\b.*$"
)
_ADVISES = re.compile(r"^(?:continue|keep|take|avoid|stay|use|you (?:should|can|will|need)|i want you to)\b")
_PAUSE = re.compile(  # "i would , suggest , getting": a breath, no comma
    r"\b(if|would|will|could|should|can|might|may|suggest|recommend|try|any|have|is|are|get|take|i|we|worth|"
    r"taking|explore|do|will),(?= [a-z0-9])"
)
_BEEN = {"have": "are", "had": "were"}
_SEEKING: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (
            r"\b(i|we|you|they) do (?=(?:want|think|believe|recommend|see|feel|need|like|hope|have|suggest|advise|"
            r"encourage|expect)\b)",
            r"\1 ",
        ),
        (r"\b(?:i|we) (have|had) (?:got )?you on (?:the |your )?", lambda m: f"you {_BEEN[m[1]]} on "),
        (r"^why do(?: not| n't) (?:we|i) ", "we can "),
        (r"\bget you scheduled (?=for\b)", "schedule you "),
        (r"\b(?:need to )?think about (?=(?:[a-z]+ing|other|another|blood|some|an?)\b)", "consider "),
        (r"^if .{3,60}? but (?=if\b)", ""),
        (
            r"^(?:i|we) (?:'d|would|will|want|'ll|can)(?: like)?(?: to)? do,? is,? (?:to )?"
            r"(?=(?:give|start|get|send|order|book|refer|prescribe|arrange|put|increase)\b)",
            "we will ",
        ),
        (r"(?:\bi (?:do )?think )?there (?:is|'s|would be) no harm in ", "i suggest "),
        (r"^to (?!get\b|be\b)[a-z ]{3,40}, (?=(?:i|we|you) )", ""),
        (r"\b(?:something|what is) called (?=[a-z])", ""),
        (
            r"\bsend (?:you )?(?:(?:across|over|through) )?(?:the |that |this |a )+prescription\b",
            "send a prescription",
        ),
        (r"\bget you seen\b", "arrange for you to be seen"),
        (r"\blook to (?=(?:give|start|prescribe|arrange)\b)", ""),
        (r"\b(and|then) have you (?=(?!on\b|back\b)[a-z])", r"\1 you will "),
        (r"\b(have|has) that (?=[a-z]+)", r"\1 the "),
        (r"\bgive (?:me|us|the practice|the surgery) a (?:call|ring|shout)( back)?\b", r"call\1"),
        (r"\b(?:call|ring|phone) (?:me|us) back\b", "call back"),
        (r"\bcome back (?:in )?(?:and|to) see (?:me|us)\b", "come back"),
        (r"\bget back (?:in touch with|to) (?:me|us)\b", "contact us"),
        (r"\b(?:take|get) your(?:self)? (?:down |over |straight )?to\b", "go to"),
        (r" (?:sooner|earlier|before) than (?:that|this)$", " sooner"),
        (r"\b(we|i|you|it) 'd (?=\w)", r"\1 would "),
        (
            r",? (?:then|than),? (?:i|we) (?:would|'d) (?:suggest|recommend|advise)(?: that)? you (?:to )?",
            ", you should ",
        ),
        (r"(?<=, )(?:i|we) (?:would|'d) like to (?:come and )?see you\b", "you should come back"),
        (r"(?<=, )(?:i|we) (?:would like|'d like|want|would want|need) you to ", "you should "),
        (
            r" (?:, )?(?:like i said|as i said|or anything(?: like that)?|and things like that|or something)$",
            "",
        ),
    )
)
_MEANWHILE = re.compile(
    r"^(?:(?:so|and|but|,|normally|usually|generally|in the meantime|for now|at this (?:point|stage)|today|now|"
    r"first(?: of all)?|as well|also|then|"
    r"however|at the moment|initially|"
    r"(?:things )?you can do,? (?:to )?help yourself|(?:in|on) the interim|in the first instance|as much as you can|"
    r"straight away|if (?:that 's|it is) okay(?: with you)?)(?:,| ,)* )+(?=\S)"
)


def plain(text: str) -> str:
    """The clause as it would be said straight: "give me a call" -> "call back"."""
    text = _TWICE.sub("", text)
    text = without_lead(_NEXT.sub("", text) if _ADVISES.match(text) else text)
    text = _MEANWHILE.sub("", _TAILS.sub("", _IDIOM.sub("", _PAUSE.sub(r"\1", text))))
    for pattern, by in _SEEKING:
        text = pattern.sub(by, text)
    return text
