"""English verb forms: what stands after "I" becomes third person; "did you fall" becomes "fell"."""

from __future__ import annotations

from functools import cache

# base past participle; the participle is left out where it equals the past
_IRREGULAR = """be was been|become became become|begin began begun|bend bent|bite bit bitten|bleed bled|blow
blew blown|
break broke broken|bring brought|build built|burn burned|burst burst|buy bought|catch caught|choose chose chosen|
come came come|cost cost|cut cut|deal dealt|do did done|draw drew drawn|drink drank drunk|drive drove driven|
eat ate eaten|fall fell fallen|feed fed|feel felt|fight fought|find found|fly flew flown|forget forgot forgotten|
freeze froze frozen|get got gotten|give gave given|go went gone|grind ground|grow grew grown|have had|hear heard|
hide hid hidden|hit hit|hold held|hurt hurt|keep kept|know knew known|lay laid|lead led|leave left|lend lent|let let|
lie lay lain|lose lost|make made|mean meant|meet met|overdo overdid overdone|pay paid|put put|quit quit|read read|
ride rode ridden|ring rang rung|rise rose risen|run ran run|say said|see saw seen|sell sold|send sent|set set|
shake shook shaken|shoot shot|show showed shown|shut shut|sing sang sung|sit sat|sleep slept|slide slid|speak
spoke spoken|
spend spent|spin spun|split split|spread spread|stand stood|steal stole stolen|stick stuck|sting stung|strike struck|
swear swore sworn|sweep swept|swell swelled swollen|swim swam swum|swing swung|take took taken|teach taught|
tear tore torn|tell told|think thought|throw threw thrown|understand understood|wake woke woken|wear wore worn|
win won|wind wound|withdraw withdrew withdrawn|write wrote written"""
_REGULAR = """ache add adjust admit affect agree allow answer appear apply ask assume attend avoid bathe
believe bother
breathe brush bruise bump call calm carry cause change check chew clean clear climb collapse come complain complete
continue cook cough cover cramp crash cry cycle dance decide decrease describe develop die discuss dislike dislocate
dizzy drop elevate end endorse enjoy enter exercise expect experience explain exfoliate faint finish fix focus follow
fracture garden gain golf grab guess happen hate heal help hike hope hop hydrate ice improve inject increase injure
itch jog jump kick land last lift like limp limit listen live look love lower manage massage measure mention mind miss
monitor move need nap notice open order overeat pack pass pee play poop pop pour press prefer prescribe press
pull push
rate recall reach reduce refill relax remember remove rent report resolve rest restrict retire return roll rub rush
scratch see seem share shave shop shower skip slip slow smell smoke sneeze sniff snore spray sprain stain start
stay step
stop strain stretch struggle study stumble suffer suggest suppose sweat swallow switch talk taste text tend
throb tingle
tire touch train travel treat trip try turn twist type urinate use vape visit vomit wait walk want wash watch
weigh wheeze
wipe wonder work worry worsen wrap"""
MODALS = frozenset("can could will would shall should may might must 'd".split())
_UNCHANGED = frozenset("used ought".split())
_NOT_PAST = frozenset("need feed bleed breed speed heed exceed proceed succeed embed".split())
_DOUBLED = frozenset(
    "stop drop slip trip nap hop pop shop chat jog rub grab admit stir plan prefer refer step skip pass".split()
) - {"pass"}


@cache
def _irregular() -> dict[str, tuple[str, str]]:
    rows = (row.split() for row in _IRREGULAR.replace("\n", "").split("|"))
    return {row[0]: (row[1], row[-1]) for row in rows}


@cache
def bases() -> frozenset[str]:
    """Base forms known here, for coordinated verbs ("I sit and watch")."""
    return frozenset({*_irregular(), *_REGULAR.split()})


@cache
def _pasts() -> dict[str, str]:
    return {past: base for base, (past, _) in _irregular().items()}


def base_of(past: str) -> str:
    """ "felt" -> "feel"; "" for what is no irregular past."""
    return _pasts().get(past, "")


@cache
def participles() -> frozenset[str]:
    """Irregular past participles, to tell "it's been" (has) from "it's sore" (is)."""
    return frozenset(participle for _, participle in _irregular().values())


def is_past(word: str) -> bool:
    """Whether a finite verb is past tense or a modal, which agree with every person ("hurt" counts as past)."""
    if word in MODALS or word in _UNCHANGED or word in _pasts():
        return True
    return word.endswith("ed") and word not in _NOT_PAST


def third(base: str) -> str:
    """ "have" -> "has", "carry" -> "carries", "watch" -> "watches"."""
    if base in {"have", "do", "go", "be", "am", "are"}:
        return {"have": "has", "do": "does", "go": "goes"}.get(base, "is")
    if base.endswith("y") and base[-2:-1] not in set("aeiou"):
        return base[:-1] + "ies"
    return base + ("es" if base.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")


@cache
def thirds() -> frozenset[str]:
    """The third person of each base form known here."""
    return frozenset(map(third, bases()))


def past(base: str) -> str:
    """ "fall" -> "fell", "stop" -> "stopped"."""
    if base in _irregular():
        return _irregular()[base][0]
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2:-1] not in set("aeiou"):
        return base[:-1] + "ied"
    return base + (base[-1] if base in _DOUBLED else "") + "ed"


def gerund(base: str) -> str:
    """ "lie" -> "lying", "run" -> "running", "move" -> "moving"."""
    if base.endswith("ie"):
        return base[:-2] + "ying"
    if base.endswith("e") and not base.endswith(("ee", "ye")) and base != "be":
        return base[:-1] + "ing"
    doubles = _DOUBLED | set("run sit get put cut hit let set swim quit spin win".split())
    return base + (base[-1] if base in doubles else "") + "ing"
