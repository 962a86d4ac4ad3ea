"""Every form of an English verb: "throw" -> throw, throws, threw, thrown, throwing."""

from __future__ import annotations

_IRREGULAR = {
    "throw": "threw thrown", "bring": "brought", "feel": "felt", "keep": "kept", "lose": "lost losing",
    "fall": "fell fallen", "get": "got gotten getting", "go": "went gone", "come": "came coming", "run": "ran running",
    "break": "broke broken", "catch": "caught", "see": "saw seen", "hear": "heard", "sleep": "slept",
    "wake": "woke woken waking", "swell": "swollen swelled", "burn": "burnt burned", "bleed": "bled", "hurt": "hurting",
    "sting": "stung", "stick": "stuck", "give": "gave given giving", "take": "took taken taking", "eat": "ate eaten",
    "drink": "drank drunk", "think": "thought", "forget": "forgot forgotten forgetting", "hold": "held",
    "bend": "bent", "bite": "bit bitten biting", "cut": "cutting", "hit": "hitting", "put": "putting",
    "have": "had has having", "be": "am is are was were been being", "do": "did done does", "stand": "stood",
    "swallow": "swallowed swallowing", "shake": "shook shaken shaking", "tear": "tore torn", "find": "found",
    "leave": "left leaving", "spin": "spun spinning", "spit": "spat spitting", "wet": "wetting", "beat": "beating",
    "make": "made making", "lie": "lay lying", "sit": "sat sitting", "pass": "passed passing passes",
    "fit": "fitted fitting",
    "vomit": "vomited vomiting", "sweat": "sweated sweating", "pee": "peed peeing", "wee": "weed weeing",
    "open": "opened opening", "urinate": "urinated urinating", "blow": "blew blown", "grow": "grew grown",
    "speak": "spoke spoken", "cry": "cried crying cries", "tie": "tied tying", "sneeze": "sneezed sneezing",
    "dye": "dyed dyeing", "become": "became become becoming", "gain": "gained gaining", "cough": "coughed coughing",
    "say": "said", "tell": "told", "stop": "stopped stopping", "drop": "dropped dropping", "trip": "tripped tripping",
    "slip": "slipped slipping", "skip": "skipped skipping", "pop": "popped popping", "drip": "dripped dripping",
    "cramp": "cramped cramping", "scratch": "scratched scratching scratches", "itch": "itched itching itches",
    "ache": "ached aching", "fracture": "fractured fracturing", "worry": "worried worrying worries",
    "carry": "carried carrying carries", "dry": "dried drying dries", "choke": "choked choking",
    "rush": "rushed rushing",
    "wipe": "wiped wiping", "strain": "strained straining", "twist": "twisted twisting", "roll": "rolled rolling",
    "turn": "turned turning", "wheeze": "wheezed wheezing", "puke": "puked puking", "poo": "pooed pooing",
    "poop": "pooped pooping", "leak": "leaked leaking", "walk": "walked walking", "move": "moved moving",
    "breathe": "breathed breathing", "smoke": "smoked smoking", "limp": "limped limping", "die": "died dying",
}  # fmt: skip


def forms(verb: str) -> tuple[str, ...]:
    """The verb's forms, itself first; regular endings where the table has no entry."""
    told = _IRREGULAR.get(verb)
    if told is None:
        stem = verb[:-1] if verb.endswith("e") else verb
        told = f"{stem}ed {stem}ing"
    elif not any(word.endswith("ing") for word in told.split()):
        told += f" {verb}ing"
    return tuple(dict.fromkeys((verb, f"{verb}s", *told.split())))
