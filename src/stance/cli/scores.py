"""Scores as tables for people and JSON for machines."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from stance.cli.output import on_standard_output
from stance.learning.agreement import Agreement
from stance.learning.evaluation import Result, Scores
from stance.learning.speakers import SpeakerResult
from stance.learning.trials import Mistake, Trial
from stance.types import STANCES


def print_scores(result: Result, *, as_json: bool = False) -> None:
    """Print an evaluation."""
    if as_json:
        print(json.dumps(scores_row(result), ensure_ascii=False, indent=1))
        return
    console = on_standard_output()
    console.print(result.how, soft_wrap=True)
    console.print(_systems(result))
    for part in dict.fromkeys(system.documents for system in result.systems):
        system = next(system for system in result.systems if system.documents == part)
        console.print(_stances(part, system.scores))
        console.print(_confusion(part, system.scores))
    console.print(_coverage(result))
    console.print(f"calibration error (ECE, 10 bins) {result.calibration_error:.3f}")
    if result.speakers.parts:
        console.print(_speakers(result.speakers))
        console.print(f"calibration error of speakers (ECE, 10 bins) {result.speakers.calibration_error:.3f}")


def scores_row(result: Result) -> dict[str, Any]:
    """An evaluation as a JSON object."""
    row: dict[str, Any] = {"how": result.how, "systems": []}
    for system in result.systems:
        scores = system.scores
        row["systems"].append(
            {
                "documents": system.documents,
                "name": system.name,
                "macro_f1": round(scores.macro_f1, 4),
                "macro_f1_95": [round(end, 4) for end in system.macro_f1_interval],
                "f_avg": round(scores.f_avg, 4),
                "f_avg_95": [round(end, 4) for end in system.f_avg_interval],
                "accuracy": round(scores.accuracy, 4),
                "stances": {
                    stance: {
                        "precision": round(float(scores.precision[at]), 4),
                        "recall": round(float(scores.recall[at]), 4),
                        "f1": round(float(scores.f1[at]), 4),
                    }
                    for at, stance in enumerate(STANCES)
                },
                "confusion": scores.confusion.tolist(),
            }
        )
    row["calibration_error"] = round(result.calibration_error, 4)
    row["coverage"] = [{key: round(value, 4) for key, value in asdict(point).items()} for point in result.coverage]
    row["speakers"] = {
        part: {
            system: {
                "statements": scores.statements,
                "accuracy": round(scores.accuracy, 4),
                "f1_not_author": round(scores.f1_not_author, 4),
            }
            for system, scores in systems.items()
        }
        for part, systems in result.speakers.parts.items()
    }
    row["speakers_calibration_error"] = round(result.speakers.calibration_error, 4)
    return row


def _systems(result: Result) -> Table:
    table = Table("documents", "system", "macro-F1", "95 %", "F-avg", "95 %", "accuracy")
    for system in result.systems:
        scores = system.scores
        table.add_row(
            system.documents,
            system.name,
            f"{scores.macro_f1:.3f}",
            "{:.2f}–{:.2f}".format(*system.macro_f1_interval),
            f"{scores.f_avg:.3f}",
            "{:.2f}–{:.2f}".format(*system.f_avg_interval),
            f"{scores.accuracy:.3f}",
        )
    return table


def _stances(part: str, scores: Scores) -> Table:
    table = Table("stance", "precision", "recall", "F1", "statements", title=part, title_justify="left")
    for at, stance in enumerate(STANCES):
        values = (scores.precision[at], scores.recall[at], scores.f1[at])
        table.add_row(stance, *(f"{value:.3f}" for value in values), str(scores.confusion[at].sum()))
    return table


def _confusion(part: str, scores: Scores) -> Table:
    table = Table("labelled \\ predicted", *STANCES, title=part, title_justify="left")
    for at, stance in enumerate(STANCES):
        table.add_row(stance, *map(str, scores.confusion[at].tolist()))
    return table


def _coverage(result: Result) -> Table:
    table = Table("--min-confidence", "coverage", "accuracy", "macro-F1")
    for point in result.coverage:
        table.add_row(f"{point.least:.1f}", f"{point.coverage:.3f}", f"{point.accuracy:.3f}", f"{point.macro_f1:.3f}")
    return table


def _speakers(result: SpeakerResult) -> Table:
    table = Table("speakers", "system", "statements", "accuracy", "F1 (not author)")
    for part, systems in sorted(result.parts.items()):
        for system, scores in systems.items():
            table.add_row(part, system, str(scores.statements), f"{scores.accuracy:.3f}", f"{scores.f1_not_author:.3f}")
    return table


def print_speaker_trials(trials: Iterable[tuple[str, SpeakerResult]], *, as_json: bool = False) -> None:
    """Print an ablation of attribution."""
    console = on_standard_output()
    for name, result in trials:
        scores = {part: systems["model"] for part, systems in sorted(result.parts.items())}
        if as_json:
            row = {part: [round(one.accuracy, 4), round(one.f1_not_author, 4)] for part, one in scores.items()}
            print(json.dumps({"speakers": name, "accuracy, F1 (not author)": row}))
        else:
            told = ", ".join(f"{part} {one.accuracy:.3f}, {one.f1_not_author:.3f}" for part, one in scores.items())
            console.print(f"speakers {name}: accuracy, F1 (not author) {told}", soft_wrap=True)


def print_trials(trials: Iterable[Trial], *, as_json: bool = False) -> None:
    """Print a learning curve or an ablation; in a table as each is done."""
    console = on_standard_output()
    done = []
    for trial in trials:
        done.append(trial)
        if not as_json:
            scores = ", ".join(f"{part} {score:.3f}" for part, score in trial.macro_f1.items())
            console.print(f"{trial.name} ({trial.statements} statements): macro-F1 {scores}", soft_wrap=True)
    if as_json:
        print(json.dumps([asdict(trial) for trial in done], ensure_ascii=False, indent=1))


def print_mistakes(mistakes: Sequence[Mistake], *, as_json: bool = False) -> None:
    """Print what the model gets wrong, and why."""
    if as_json:
        for mistake in mistakes:
            print(json.dumps(asdict(mistake), ensure_ascii=False))
        return
    for mistake in mistakes:
        print(f"{mistake.document}: {mistake.labelled}, predicted {mistake.predicted} ({mistake.confidence:.2f})")
        print(f"  {mistake.text}")
        print("  " + ", ".join(f"{e.feature} {e.weight:+.2f}" for e in mistake.evidence))


def print_agreement(agreements: Mapping[str, Agreement], *, as_json: bool = False) -> None:
    """Print Cohen's kappa of each two annotators."""
    rows = {
        part: {
            "units": one.units,
            "stance": {"kappa": round(one.stance_kappa, 4), "same": one.stance_same},
            "speaker": {"kappa": round(one.speaker_kappa, 4), "same": one.speaker_same},
        }
        for part, one in agreements.items()
    }
    if as_json:
        print(json.dumps(rows, indent=1))
        return
    for part, one in agreements.items():
        print(f"{part}: {one.units} units labelled by both annotators")
        print(f"stance   Cohen's kappa {one.stance_kappa:.3f}  ({one.stance_same} the same)")
        print(f"speaker  Cohen's kappa {one.speaker_kappa:.3f}  ({one.speaker_same} the same)")
