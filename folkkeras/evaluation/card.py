"""A model card in Markdown, whose head in YAML is the metadata that model hubs read.

The head follows the specification of the Hugging Face Hub (huggingface.co/docs/hub/model-cards), with the measured
figures under `model-index`.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from folkkeras.config import TrainingConfig
from folkkeras.corpus.collections import COLLECTIONS
from folkkeras.corpus.corpus import Corpus
from folkkeras.corpus.sources import STANDARD_INPUT
from folkkeras.evaluation.figures import Evaluation
from folkkeras.evaluation.report import report, tunes_of
from folkkeras.model.tune_model import TuneModel

_TAGS = ["music", "symbolic-music", "abc-notation", "folk-music", "lstm", "folkkeras"]
_TASK = {"type": "text-generation", "name": "Tunes in ABC notation"}
_DIGITS = 3  # behind the point, as in the report

_CARD = """# {title}

A character-level LSTM that writes tunes in ABC notation, trained with folkkeras.

## What it was trained on

{learned:,} tunes{form}: {corpus}. {held_out:,} more tunes were held out.
Digest of the texts: `{digest}`.

{rights}

## How it was made

{hyperparameters}: {parameters:,} weights. Options of the training that are not the default:

    {options}

## How good it is

What `folk evaluate` prints:

```text
{report}
```
"""


def model_card(evaluation: Evaluation, name: str, model: TuneModel, corpus: Corpus, tunes: Sequence[str] = ()) -> str:
    """The card of an evaluated model.

    Args:
        evaluation: what was measured.
        name: the model's name.
        model: the model.
        corpus: the corpus that it was trained on.
        tunes: the sources of the evaluated tunes, if they are not the corpus's held-out ones.
    """
    options = model.metadata.get("options", {})
    defaults = TrainingConfig().to_json() | {"precision": None}  # whose default depends on the processor
    hyperparameters = {key: value for key, value in model.hyperparameters.items() if key != "seed"}
    body = _CARD.format(
        title=_plain(name),
        learned=len(corpus.training),
        held_out=len(corpus.held_out),
        corpus="; ".join(map(_plain, map(source_title, corpus.sources))),
        form=", as they are" if corpus.raw else ", in folkkeras's normal form",
        digest=corpus.digest,
        rights=_rights(corpus, options),
        hyperparameters=", ".join(f"{key} {value}" for key, value in hyperparameters.items()),
        parameters=model.count_params(),
        options=" ".join(f"{key}={value}" for key, value in options.items() if value != defaults.get(key)) or "none",
        report="\n".join(report(evaluation, name).splitlines()[2:]),
    )
    return front_matter(evaluation, name, tunes or corpus.sources) + body


def front_matter(evaluation: Evaluation, name: str, tunes: Sequence[str], license: str | None = None) -> str:
    """The head of a model card, between lines of three dashes.

    Args:
        evaluation: what was measured.
        name: the model's name.
        tunes: the sources of the evaluated tunes.
        license: the identifier of the model's licence on the Hub, such as "mit".
    """
    sources = "; ".join(map(source_title, tunes))
    dataset = {
        "type": "-".join(Path(source).stem for source in tunes),
        "name": f"{tunes_of(evaluation).capitalize()} of {sources}",
    }
    metrics = [
        {"type": kind, "name": label, "value": round(value, _DIGITS)}
        for kind, label, value in _metrics(evaluation)
        if not math.isnan(value)
    ]
    head = {
        **({"license": license} if license else {}),
        "library_name": "keras",
        "pipeline_tag": _TASK["type"],
        "tags": _TAGS,
        "model-index": [{"name": name, "results": [{"task": _TASK, "dataset": dataset, "metrics": metrics}]}],
    }
    return f"---\n{yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=math.inf)}---\n\n"


def source_title(source: str) -> str:
    """The title of a collection, or the name of a file without the folders that lead to it."""
    if source in COLLECTIONS:
        return COLLECTIONS[source].title
    return "standard input" if source == STANDARD_INPUT else Path(source).name


def _metrics(evaluation: Evaluation) -> list[tuple[str, str, float]]:
    """The main figures: an identifier, a name and the value of each."""
    bits, complete, form = evaluation.likelihood.evaluated, evaluation.completeness, evaluation.form.generated
    new = evaluation.novelty.generated
    return [
        ("bits_per_character", "Bits per character", bits.all),
        ("bits_per_character_of_music", "Bits per character, music alone", bits.music),
        ("complete", "Complete tunes", complete.generated),
        ("complete_at_first_attempt", "Complete tunes with --complete, at the first attempt", complete.first_attempt),
        ("new_passages", "New 8-note passages, median", new.new_passages),
        ("variants", "Variants of a training tune", new.variants),
        ("usual_parts", "Tunes whose parts all have 8 or 16 bars", form.usual_parts),
        ("on_tonic", "Tunes that end on their tonic", form.on_tonic),
        ("repeated_bars", "Bars that repeat an earlier one", form.repeated_bars),
    ]


def _rights(corpus: Corpus, options: Mapping[str, Any]) -> str:
    """What is known about the rights in the training tunes."""
    lines = [
        f"- {COLLECTIONS[each].title}: {COLLECTIONS[each].rights}" for each in corpus.sources if each in COLLECTIONS
    ]
    if corpus.restricted:
        lines.append(
            f"- The licence of {' and '.join(corpus.restricted)} forbids training language models on its tunes."
        )
    if options.get("i_hold_the_rights"):
        lines.append("- Whoever trained the model stated that he holds the rights to do so (`--i-hold-the-rights`).")
    return "\n".join(["Rights in the tunes:", "", *lines]) if lines else "The rights in these tunes are not recorded."


def _plain(text: str) -> str:
    """A name as one line of Markdown, with nothing that Markdown would act on."""
    escaped = "".join(f"\\{sign}" if sign in "\\`*_{}[]<>()#|" else sign for sign in text)
    return " ".join(escaped.split())
