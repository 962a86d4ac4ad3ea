"""From speech to clinical register: person, agreement, questions with their answers, fillers; no word is added that
was not said, but pronouns, auxiliaries and "the patient"."""

from soap.register.person import HE, PATIENT, SHE, THEY, Person, opened, person_of, to_third
from soap.register.question import first_person, open_question, polar
from soap.register.sentence import ends_whole, names_of, written
from soap.register.spoken import clean_words

__all__ = [
    "HE",
    "PATIENT",
    "SHE",
    "THEY",
    "Person",
    "clean_words",
    "ends_whole",
    "first_person",
    "names_of",
    "open_question",
    "opened",
    "person_of",
    "polar",
    "to_third",
    "written",
]
