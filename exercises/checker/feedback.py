"""A verdict in words: what the command prints and the browser shows."""

from contextlib import suppress
from pathlib import Path

from common.cli.snippets import find_snippet
from common.runs.options import REPOSITORY
from exercises.checker.answer import Answer
from exercises.checker.catalogue import Exercise
from exercises.checker.checking import LOADING, NOT_STARTED, STAGES, Verdict


def shown(path: Path) -> str:
    """A path as short as the reader can use it."""
    return str(path.relative_to(REPOSITORY) if path.is_relative_to(REPOSITORY) else path)


def stages_of(exercise: Exercise) -> list[str]:
    """The stages that an answer to this exercise goes through, in order."""
    used = {LOADING, NOT_STARTED} | {check.stage for check in exercise.checks.CHECKS.all}
    return [stage for stage in STAGES if stage in used]


def stages_passed(exercise: Exercise, verdict: Verdict) -> int:
    """How many of those an answer has behind it."""
    stages = stages_of(exercise)
    return len(stages) if verdict.passed else stages.index(verdict.stage)


def verdict_lines(answer: Answer, verdict: Verdict) -> list[str]:
    """A verdict: which stage, what was wrong or is worth knowing, and the cause."""
    title = f"{answer.exercise.name}, {answer.tier}: "
    if verdict.passed:
        return [f"{title}passed ({verdict.seconds:.1f} s)", *verdict.lines]
    stages = stages_of(answer.exercise)
    lines = [f"{title}stage {stages.index(verdict.stage) + 1} of {len(stages)}: {verdict.stage}"]
    lines += [f"  {line}" for line in verdict.lines]
    lines += [f"cause: {cause}." for cause in verdict.causes]
    return lines


def compared_code(answer: Answer) -> list[tuple[str, str]]:
    """The reader's code and the tier's own, part by part: a title that says where, and the code."""
    metadata = answer.exercise.metadata
    own = [(REPOSITORY / file, name) for file, name in metadata.shown.get(answer.tier, ())]
    yours = [(answer.path, name) for name in metadata.names]
    parts = []
    for title, places in (("Yours", yours), ("The tier's own", own)):
        for file, name in places:
            with suppress(KeyError):  # a name of yours that no class or function has
                code = find_snippet(file, name)
                parts.append((f"{title}, {shown(file)}:{code.first}-{code.last}", code.text))
    return parts
