"""Scores as tables for people and JSON for machines."""

import json
from typing import Any

from rich.console import Console
from rich.table import Table

from stance.learning.evaluation import Agreement, Result
from stance.learning.model import STANCES


def print_scores(result: Result, *, as_json: bool = False) -> None:
    """Print an evaluation."""
    if as_json:
        print(json.dumps(scores_row(result), ensure_ascii=False, indent=1))
        return
    console = Console(highlight=False)
    console.print(result.how, soft_wrap=True)
    console.print(_systems(result))
    console.print(_stances(result))
    console.print(_confusion(result))
    console.print(f"calibration error (ECE, 10 bins) {result.calibration_error:.3f}")
    if result.speakers is not None:
        speakers = result.speakers
        console.print(
            f"speaker accuracy {speakers.accuracy:.3f}, F1 on statements not the author's {speakers.f1_not_author:.3f}"
            f" ({speakers.statements} statements, {speakers.gold_other} not the author's)",
            soft_wrap=True,
        )


def scores_row(result: Result) -> dict[str, Any]:
    """An evaluation as a JSON object."""
    row: dict[str, Any] = {"how": result.how, "systems": []}
    for system in result.systems:
        scores = system.scores
        row["systems"].append(
            {
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
    if result.speakers is not None:
        row["speakers"] = {
            "statements": result.speakers.statements,
            "accuracy": round(result.speakers.accuracy, 4),
            "f1_not_author": round(result.speakers.f1_not_author, 4),
        }
    return row


def _systems(result: Result) -> Table:
    table = Table("system", "macro-F1", "95 %", "F-avg", "95 %", "accuracy")
    for system in result.systems:
        scores = system.scores
        table.add_row(
            system.name,
            f"{scores.macro_f1:.3f}",
            "{:.2f}–{:.2f}".format(*system.macro_f1_interval),
            f"{scores.f_avg:.3f}",
            "{:.2f}–{:.2f}".format(*system.f_avg_interval),
            f"{scores.accuracy:.3f}",
        )
    return table


def _stances(result: Result) -> Table:
    scores = result.systems[0].scores
    table = Table("stance", "precision", "recall", "F1", "statements")
    for at, stance in enumerate(STANCES):
        values = (scores.precision[at], scores.recall[at], scores.f1[at])
        table.add_row(stance, *(f"{value:.3f}" for value in values), str(scores.confusion[at].sum()))
    return table


def _confusion(result: Result) -> Table:
    table = Table("labelled \\ predicted", *STANCES)
    for at, stance in enumerate(STANCES):
        table.add_row(stance, *map(str, result.systems[0].scores.confusion[at].tolist()))
    return table


def print_agreement(agreement: Agreement, *, as_json: bool = False) -> None:
    """Print Cohen's kappa of two annotators."""
    if as_json:
        row = {
            "units": agreement.units,
            "stance": {"kappa": round(agreement.stance_kappa, 4), "same": agreement.stance_same},
            "speaker": {"kappa": round(agreement.speaker_kappa, 4), "same": agreement.speaker_same},
        }
        print(json.dumps(row, indent=1))
        return
    print(f"{agreement.units} units labelled by both annotators")
    print(f"stance   Cohen's kappa {agreement.stance_kappa:.3f}  ({agreement.stance_same} the same)")
    print(f"speaker  Cohen's kappa {agreement.speaker_kappa:.3f}  ({agreement.speaker_same} the same)")
