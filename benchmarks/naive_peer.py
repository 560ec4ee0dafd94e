"""The tool that a user would write in an afternoon: the yardstick of benchmarks/speed.py.

    python benchmarks/naive_peer.py train LABELS MODEL       # JSON Lines with "text" and "stance"
    python benchmarks/naive_peer.py predict MODEL < ARTICLE  # prints a JSON line a sentence

Words by jieba into TfidfVectorizer and LogisticRegression, a joblib file, a regular expression for sentences; no repair
of damage, no speakers.
"""

import json
import re
import sys
from pathlib import Path

import jieba
import joblib
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

jieba.setLogLevel(60)


def words(text: str) -> list[str]:
    found: list[str] = jieba.lcut(text)
    return found


def train(labels: Path, path: Path) -> None:
    with labels.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    model = make_pipeline(
        TfidfVectorizer(tokenizer=words, token_pattern=None, ngram_range=(1, 2)),
        LogisticRegression(max_iter=1000, class_weight="balanced"),
    )
    model.fit([row["text"] for row in rows], [row["stance"] for row in rows])
    joblib.dump(model, path)


def predict(path: Path) -> None:
    model = joblib.load(path)
    found = re.findall(r"[^。！？!?\n]+[。！？!?]*", sys.stdin.read())
    sentences = [sentence.strip() for sentence in found if sentence.strip()]
    if not sentences:
        return
    for sentence, row in zip(sentences, model.predict_proba(sentences), strict=True):
        best = row.argmax()
        said = {"text": sentence, "stance": model.classes_[best], "confidence": float(row[best])}
        print(json.dumps(said, ensure_ascii=False))


if __name__ == "__main__":
    command, *paths = sys.argv[1:]
    if command == "train":
        train(*map(Path, paths))
    else:
        predict(*map(Path, paths))
