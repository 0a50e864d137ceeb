"""Judge every known answer with many seeds: python tools/exercise_seeds.py --seeds 200

A right answer must pass with each, and a wrong one must fail. Prints a row for each exercise, and
below it the answers whose verdict hung on the seed.
"""

import argparse
import time
from concurrent.futures import ProcessPoolExecutor

from common.runs.environment import limited_threads
from exercises.checker.answer import Answer
from exercises.checker.catalogue import Exercise, all_exercises, find_exercise
from exercises.checker.child import verdict_of
from exercises.checker.variants import read_mistakes, read_right_answers


def surprises(answer: Answer, right: bool, seeds: int) -> list[int]:
    """The seeds with which an answer was not judged as it should be."""
    with limited_threads(1):
        return [seed for seed in range(seeds) if verdict_of(answer, seed)[0].passed != right]


def judge_all(exercise: Exercise, seeds: int, pool: ProcessPoolExecutor) -> int:
    """Judge the answers of one exercise, and print how often it went wrong."""
    began = time.perf_counter()
    answers = [(name, answer, True) for name, answer in read_right_answers(exercise)]
    answers += [(known.cause, known.answer, False) for known in read_mistakes(exercise)]
    jobs = [(name, pool.submit(surprises, *rest, seeds)) for name, *rest in answers]
    wrong = [(name, job.result()) for name, job in jobs if job.result()]
    seconds = time.perf_counter() - began
    judged = f"{len(answers)} answers, {seeds} seeds"
    count = sum(len(numbers) for _, numbers in wrong)
    print(f"{exercise.name}: {judged}, {count} wrong verdicts, {seconds:.0f} s", flush=True)
    for name, numbers in wrong:
        print(f"  {name}: seeds {numbers[:10]}", flush=True)
    return len(wrong)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("exercises", nargs="*", help="their numbers; all without")
    parser.add_argument("--seeds", type=int, default=200)
    options = parser.parse_args()
    chosen = [find_exercise(word) for word in options.exercises] or all_exercises()
    with ProcessPoolExecutor() as pool:
        wrong = sum(judge_all(exercise, options.seeds, pool) for exercise in chosen)
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
