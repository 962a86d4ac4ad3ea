"""The sentences that the demo Whisper checkpoint knows: a template grammar of a consult.

A sentence is a template whose ``{slots}`` are filled from :data:`SLOTS`. Nothing here is random by
itself: every draw comes from the :class:`random.Random` that the caller seeds. A sentence belongs
to the held-out part when the SHA-256 of its text says so, so that training and measuring agree on
the split without sharing a file.
"""

import hashlib
import json
import math
import random
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

DEMO_CONSULT = Path(__file__).resolve().parents[2] / "app" / "demo" / "consult.json"
HELD_OUT_PERCENT = 7

SLOTS: dict[str, tuple[str, ...]] = {
    "symptom": (
        "a headache", "a fever", "a cough", "a dry cough", "a sore throat", "a runny nose",
        "a rash", "chest pain", "back pain", "stomach pain", "knee pain", "nausea", "diarrhea",
        "heartburn", "dizziness", "blurred vision", "shortness of breath", "palpitations",
        "trouble sleeping", "swelling in my legs", "burning when I urinate", "numbness in my hands",
    ),
    "asked": (
        "a fever", "a cough", "a rash", "any chest pain", "any nausea", "any vomiting",
        "any blurred vision", "any shortness of breath", "any dizziness", "any swelling",
        "any numbness", "any allergies", "any other symptoms", "any medical conditions",
        "any pain when you urinate", "any trouble sleeping", "a sore throat", "a headache",
    ),
    "denied": (
        "a fever", "a cough", "a rash", "chest pain", "nausea", "blurred vision",
        "shortness of breath", "any allergies", "any swelling", "a headache", "diarrhea",
    ),
    "thing": ("headache", "cough", "fever", "pain", "rash", "swelling", "chest pain", "dizziness"),
    "duration": (
        "one day", "two days", "three days", "four days", "five days", "ten days", "a week",
        "two weeks", "three weeks", "a month", "two months", "six months", "a year",
    ),
    "ago": ("yesterday", "this morning", "last night", "two days ago", "a week ago", "last month"),
    "number": ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    "severity": ("mild", "moderate", "severe", "very bad", "getting worse", "getting better"),
    "quality": ("sharp", "dull", "burning", "throbbing", "constant"),
    "place": (
        "the left side of my head", "the right side of my head", "my chest", "my stomach",
        "my lower back", "my left knee", "my right shoulder", "my throat", "both legs", "my neck",
    ),
    "when": ("in the morning", "at night", "after meals", "when I walk", "when I lie down"),
    "medicine": (
        "ibuprofen", "lisinopril", "metformin", "amoxicillin", "aspirin", "acetaminophen",
        "omeprazole", "atorvastatin", "amlodipine", "prednisone", "albuterol", "sertraline",
    ),
    "dose": (
        "five milligrams", "ten milligrams", "twenty milligrams", "forty milligrams",
        "one hundred milligrams", "two hundred milligrams", "four hundred milligrams",
        "five hundred milligrams",
    ),
    "frequency": (
        "once a day", "twice a day", "three times a day", "every six hours", "every eight hours",
        "at night", "with food", "when needed",
    ),
    "allergen": ("penicillin", "aspirin", "sulfa", "peanuts", "latex", "ibuprofen", "codeine"),
    "reaction": ("a rash", "hives", "swelling", "trouble breathing"),
    "condition": (
        "high blood pressure", "diabetes", "asthma", "high cholesterol", "migraines", "arthritis",
        "depression", "heart disease",
    ),
    "diagnosis": (
        "a migraine", "a tension headache", "a sinus infection", "a viral infection",
        "a urinary tract infection", "bronchitis", "pneumonia", "acid reflux", "a muscle strain",
        "the flu", "strep throat", "an allergic reaction",
    ),
    "test": (
        "a blood test", "a urine test", "a chest X-ray", "an ultrasound", "an E C G",
        "a throat swab", "a C T scan",
    ),
    "relative": ("mother", "father", "sister", "brother"),
    "better": ("rest", "ibuprofen", "a dark room", "drinking water", "lying down"),
    "worse": ("bright light", "moving", "coughing", "eating", "walking", "stress"),
    "activity": ("smoke", "drink alcohol", "exercise", "sleep well", "feel safe at home"),
    "advice": ("plenty of water", "plenty of rest", "a week off work", "some rest"),
}  # fmt: skip

TEMPLATES: tuple[str, ...] = (
    # The doctor opens and asks.
    "Good {greeting}, what brings you in today?",
    "Good {greeting}, how can I help you today?",
    "Where does it hurt?|How bad is the pain?|How long has this been going on?|When did it start?",
    "Do you have {asked}?",
    "Have you had {asked}?",
    "Have you had {asked} in the last {duration}?",
    "How long have you had the {thing}?",
    "Does anything make the {thing} better?|Does anything make the {thing} worse?",
    "Is the pain {quality}?|Is the pain {severity}?|Does the pain come {when}?",
    "Are you allergic to anything?|Are you allergic to {allergen}?",
    "What medicine do you take?|Do you take any medicine?|Do you still take {medicine}?",
    "How often do you take {medicine}?",
    "Do you {activity}?",
    "Does anyone in your family have {condition}?|Do you have {condition}?",
    # The patient complains and answers.
    "I have had {symptom} for {duration}.",
    "I have {symptom} and {symptom}.",
    "I have {symptom} {when}.",
    "My {thing} started {ago}.|It started {ago}.|It started about {duration} ago.",
    "It is on {place}.|It hurts in {place}.|I have pain in {place}.",
    "The pain is {number} out of ten.|It is about {number} out of ten.",
    "The pain is {severity}.|The pain is {quality}.|The pain is {quality} and {severity}.",
    "It gets worse with {worse}.|It gets better with {better}.",
    "No, I do not have {denied}.|I do not have {denied}.|I have no {thing}.",
    "No, I have not had {denied}.",
    "Yes, I have {symptom}.|Yes, I also have {symptom}.",
    "Yes, I feel sick {when}.|Yes, I feel dizzy {when}.|Yes, I feel tired {when}.",
    "No, my vision is fine.|No, my hearing is fine.|No, my appetite is fine.|No, my sleep is fine.",
    "I am allergic to {allergen}.|I am allergic to {allergen}, it gives me {reaction}.",
    "I have no allergies.|I am not allergic to anything.",
    "I take {medicine} {dose} {frequency}.|I take {medicine} {frequency}.|I take {medicine}.",
    "I do not take any medicine.|I stopped taking {medicine} {ago}.",
    "I have {condition}.|I was diagnosed with {condition} {duration} ago.",
    "My {relative} has {condition}.|My {relative} had {condition}.",
    "No, I have never smoked.|No, I do not smoke.|Yes, I smoke ten cigarettes a day."
    "|I quit smoking {duration} ago.|No, I do not drink alcohol.",
    # The doctor examines, judges and plans.
    "Your blood pressure is one {tens} over {lower}.",
    "Your temperature is one hundred and {few}.|Your heart rate is {rate}."
    "|Your temperature is normal.|Your lungs are clear.|Your blood pressure is normal.",
    "I think this is {diagnosis}.|This looks like {diagnosis}.|You have {diagnosis}.",
    "It is probably {diagnosis}.|I do not think this is {diagnosis}.",
    "Please take {medicine} {dose} {frequency}.|Please take {medicine} {frequency}.",
    "Please take {medicine} {dose} {frequency} for {duration}.",
    "I will prescribe {medicine} {dose} {frequency}.|I will prescribe {medicine}.",
    "Please stop taking {medicine}.|Keep taking {medicine}.",
    "We will order {test}.|I would like to order {test}.|You need {test}.",
    "You need {advice}.|Please get {advice}.|Please drink plenty of water.",
    "Come back in {duration}.|Please come back in {duration}.|I will see you in {duration}.",
    "Call us right away if the {thing} gets worse.|Call us if you have {asked}.",
    "Go to the emergency room if the {thing} gets worse.|Call us if it does not get better.",
    "Does that sound okay?|Do you have any questions?|Is there anything else?|Take care.",
    # Both say short things.
    "No.|Yes.|Okay.|Yes, a little.|No, nothing else.|Not really.|I see.|All right.|Sometimes."
    "|I do not know.|Yes, please.|No, thank you.",
    "Thank you, doctor.|Thank you.|Thank you very much.|Goodbye.|Hello, doctor.|Good {greeting}."
    "|Good {greeting}, doctor.|You are welcome.",
)

SLOTS["greeting"] = ("morning", "afternoon", "evening")
SLOTS["tens"] = ("ten", "twenty", "thirty", "forty", "fifty", "sixty")
SLOTS["lower"] = ("seventy", "eighty", "ninety")
SLOTS["few"] = ("one", "two", "three")
SLOTS["rate"] = ("sixty", "seventy", "eighty", "ninety", "one hundred")

_SLOT = re.compile(r"\{(\w+)\}")


def forms() -> Iterator[str]:
    """Every single sentence form: the alternatives between ``|`` taken apart."""
    for template in TEMPLATES:
        yield from template.split("|")


def ways(form: str) -> int:
    """In how many ways a form can be filled."""
    return math.prod(len(SLOTS[name]) for name in _SLOT.findall(form))


def fill(form: str, choices: tuple[str, ...]) -> str:
    """Put one choice into each slot of the form, in order."""
    rest = iter(choices)
    return _SLOT.sub(lambda _match: next(rest), form)


def expansions(form: str) -> Iterator[str]:
    """All sentences of one form."""
    for choices in product(*(SLOTS[name] for name in _SLOT.findall(form))):
        yield fill(form, choices)


def demo_sentences() -> list[str]:
    """What is said in the demo consult (``app/demo/consult.json``), in order."""
    turns = json.loads(DEMO_CONSULT.read_text(encoding="utf-8"))["turns"]
    return [turn["text"] for turn in turns]


def held_out(text: str) -> bool:
    """Whether a sentence with filled slots belongs to the part never trained on."""
    return hashlib.sha256(text.encode()).digest()[0] < 256 * HELD_OUT_PERCENT / 100


def _draw(form: str, rng: random.Random) -> str:
    return fill(form, tuple(rng.choice(SLOTS[name]) for name in _SLOT.findall(form)))


def sentences(count: int, seed: int, *, unseen: bool = False) -> list[str]:
    """Draw sentences, each form weighted by the fourth root of its ways, but no less than one.

    Args:
        count: how many to return.
        seed: makes the draw repeatable.
        unseen: take the held-out part instead of the training part. Forms that say only one or
            two things, and the demo consult itself, are never held out.
    """
    rng = random.Random(seed)
    fixed = set(demo_sentences())
    pool = [form for form in forms() if not unseen or ways(form) > 5]
    weights = [ways(form) ** 0.25 for form in pool]
    drawn: list[str] = []
    while len(drawn) < count:
        form = rng.choices(pool, weights)[0]
        text = _draw(form, rng)
        is_unseen = ways(form) > 5 and text not in fixed and held_out(text)
        if is_unseen == unseen and (not unseen or text not in drawn):
            drawn.append(text)
    return drawn


def all_texts() -> list[str]:
    """One text for each form and each slot filler: holds every word of the grammar."""
    fillers = [value for values in SLOTS.values() for value in values]
    first = [fill(form, tuple(SLOTS[name][0] for name in _SLOT.findall(form))) for form in forms()]
    return [*first, *fillers, *demo_sentences()]
