"""A British talk gives a note in British spelling; what was quoted stays."""

import pytest

from soap import Turn, draft_note
from soap.orthography import in_british, is_british
from soap.plain import in_plain_words

ASKED = [
    ("doctor", "Have you coughed up any blood?"),
    ("patient", "No."),
    ("doctor", "Any swelling of the legs or shortness of breath?"),
    ("patient", "No, neither."),
]


def turns(*said: tuple[str, str]) -> list[Turn]:
    return [Turn("doctor" if who == "doctor" else "patient", text) for who, text in said]


@pytest.mark.parametrize(
    ("american", "british"),
    [
        ("Denies diarrhea, dyspnea or orthopnea.", "Denies diarrhoea, dyspnoea or orthopnoea."),
        ("Hematuria, hemoptysis, hemorrhoids", "Haematuria, haemoptysis, haemorrhoids"),
        ("Gastroesophageal reflux, edema", "Gastro-oesophageal reflux, oedema"),
        ("Gynecological: anemia, hypoglycemia", "Gynaecological: anaemia, hypoglycaemia"),
        ("color of the stool, colored", "colour of the stool, coloured"),
        ("labor, laboratory, chemotherapy, colorectal", "labour, laboratory, chemotherapy, colorectal"),
        ("hemiplegia, angioedema, fetal", "hemiplegia, angioedema, fetal"),
        ("Diarrhea (\u201cthe diarrhea\u201d).", "Diarrhoea (\u201cthe diarrhea\u201d)."),
    ],
)
def test_letters(american: str, british: str) -> None:
    assert in_british(american) == british
    assert in_british(british) == british


def test_the_talk_decides_by_more_of_its_own_words() -> None:
    assert is_british(turns(("patient", "My tummy hurts and I took paracetamol.")))
    assert not is_british(turns(("patient", "My belly hurts and I took Tylenol, my mom said so.")))
    assert not is_british(turns(("patient", "My tummy hurts."), ("doctor", "Did you take Tylenol?")))
    assert not is_british(turns(("patient", "It hurts.")))


def test_a_british_talk_gives_british_lines_and_an_american_one_american() -> None:
    def lines(opening: str) -> str:
        note = draft_note(turns(("doctor", "What is wrong?"), ("patient", opening), *ASKED))
        return " ".join(s.text for s in note.statements)

    american = lines("I have had diarrhea, my mom too.")
    assert "hemoptysis" in american
    assert "haemoptysis" in lines("I have had diarrhoea, my mum too.")


def test_patients_read_plain_words_in_either_spelling() -> None:
    assert in_plain_words("Denies hematuria.") == in_plain_words("Denies haematuria.")
    assert "Gynaecological" not in in_plain_words("Gynaecological: Denies vaginal bleeding.")
