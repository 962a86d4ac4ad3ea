"""The short form of a clause: grammar goes, what was said stays."""

import pytest

from soap.register import HE, SHE, THEY, Person, clean_words
from soap.register.brief import brief


@pytest.mark.parametrize(
    ("said", "person", "jotted"),
    [
        ("i have been able to keep soup down", HE, "able to keep soup down"),
        ("i do not have a rash", SHE, "no rash"),
        ("i have not been sleeping", SHE, "not sleeping"),
        ("it is worse when i cough", HE, "worse when coughing"),
        ("i was pregnant last year", SHE, "was pregnant last year"),
        ("my mum had the same thing", THEY, "mum had same thing"),
        ("a loose and watery stool", HE, "loose and watery stool"),
        ("a couple of minutes", HE, "a couple of minutes"),
        ("i have to sit down after the stairs", HE, "has to sit down after stairs"),
        ("i hurt myself", THEY, "hurt self"),
        ("i accidentally drop things", HE, "accidentally drops things"),
        ("and so i", HE, ""),
    ],
)
def test_a_clause_in_the_short_form(said: str, person: Person, jotted: str) -> None:
    assert " ".join(brief(said.split(), person)) == jotted


def test_okay_is_kept_where_it_is_what_is_said() -> None:
    assert clean_words("okay so work is okay um".split()) == ["work", "is", "okay"]
