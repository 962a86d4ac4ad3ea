"""O and A/P of the note from the doctor's speech, read once: vital signs, examination, results, assessment, plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from clinical_language import Consult
from soap.assessment import problem_statements, summary
from soap.clauses import Clause, doctor_clauses
from soap.examination import exam_statements, manoeuvres, seen_now, systems, told_of_exam
from soap.model import Statement
from soap.plan import plan_lines, plan_statements
from soap.plan_continued import PlanLine
from soap.problems import Problem, heard_problems
from soap.reasoning import Speech, reasoning
from soap.register import Person
from soap.results import named_test, result_statements, shown, told_of_result
from soap.safety_net import carried
from soap.spoken_of import sex_of
from soap.strands import EXAM, RESULTS, Strand, strands
from soap.vitals import vitals

NOT_YET_BAR = 0.35
NEVER = 1.01  # before anybody spoke of examining, "sore throat" is a complaint, "no numbness" what was asked
TOLD_BAR = 0.03  # a finding told in the words of an examination ("i do not hear any ...")
TOLD_RESULT_BAR = 0.04  # a result told in the words of results, of a test that was named
EXAM_BAR, RESULTS_BAR, PLAN_BAR, REASON_BAR = 0.25, 0.15, 0.2, 0.15  # chosen by cross-validated ROUGE-1


@dataclass(frozen=True, slots=True)
class DoctorSpeech:
    """What the doctor says in clauses, each with the part of the note it belongs to."""

    consult: Consult
    clauses: list[Clause]
    strands: list[Strand]
    person: Person


def doctor_speech(consult: Consult, sex: str = "") -> DoctorSpeech:
    """Read the doctor's turns once for all parts below."""
    clauses = doctor_clauses(consult)
    return DoctorSpeech(consult, clauses, carried(strands(clauses)), sex_of(consult, sex))


def objective(speech: DoctorSpeech) -> Iterator[Statement]:
    """Vital signs, examination by system, results by test."""
    yield from vitals(speech.consult)
    found = [s.clause for s in speech.strands if s.exam >= _exam_bar(s)]
    announced = next((s.clause.turn for s in speech.strands if s.examined), len(speech.consult.turns))
    yield from exam_statements(
        systems(found, manoeuvres(speech.consult, speech.clauses, announced), speech.person)
    )
    told = [(s.clause, s.results >= _results_bar(s)) for s in speech.strands]
    yield from result_statements(shown(told, speech.person))


def _exam_bar(strand: Strand) -> float:
    if not strand.examined:
        told = told_of_exam(strand.clause.text) and seen_now(strand.clause.text)
        return NOT_YET_BAR if told else NEVER
    told = strand.phase == EXAM and strand.plan < EXAM_BAR and told_of_exam(strand.clause.text)
    return TOLD_BAR if told else EXAM_BAR


def _results_bar(strand: Strand) -> float:
    named = strand.phase == RESULTS or named_test(strand.clause.text)
    return TOLD_RESULT_BAR if named and told_of_result(strand.clause.text) else RESULTS_BAR


def assessment_and_plan(speech: DoctorSpeech) -> Iterator[Statement]:
    """Summary, problems with reasoning, then the plan by problem."""
    problems, about = heard_problems(speech.strands)
    lines = plan_lines(speech.strands, about, speech.person, PLAN_BAR)
    yield from summary(speech.strands)
    yield from _assessed(speech, problems, about, lines)
    yield from plan_statements(lines, {p.key: p.text for p in problems}, speech.consult)


def _assessed(
    speech: DoctorSpeech, problems: list[Problem], about: list[str], lines: list[PlanLine]
) -> Iterator[Statement]:
    titles = {problem.key: problem.text for problem in problems}
    planned = frozenset(at for line in lines for at in line.places)
    reasons = list(reasoning(Speech(speech.strands, about, titles, planned, speech.person), REASON_BAR))
    yield from (statement for key, statement in reasons if not key)
    for heading, problem in zip(problem_statements(problems), problems, strict=True):
        yield heading
        yield from (
            replace(statement, problem=problem.text) for key, statement in reasons if key == problem.key
        )
