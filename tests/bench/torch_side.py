"""PyTorch: `nn.LSTM` in the ordinary training loop, and the eager loops that people sample with."""

import numpy as np
import torch
from contender import BATCH, CHARACTERS, EMBEDDING, LENGTH, STEPS, STREAMS, VOCABULARY, Measure, seconds_each, serve


class Model(torch.nn.Module):
    """Embedding -> LSTM -> Linear."""

    def __init__(self, units: int, layers: int) -> None:
        super().__init__()
        self.embedding = torch.nn.Embedding(VOCABULARY, EMBEDDING)
        self.lstm = torch.nn.LSTM(EMBEDDING, units, layers, batch_first=True)
        self.dense = torch.nn.Linear(units, VOCABULARY)

    def forward(self, ids: torch.Tensor, state: object = None) -> tuple[torch.Tensor, object]:
        """The logits and the states."""
        outputs, state = self.lstm(self.embedding(ids), state)
        return self.dense(outputs), state


def train(units: int, layers: int, *, bfloat16: bool) -> Measure:
    """Seconds a step: forward, backward, clipping, Adam; with `bfloat16` as autocast has it."""
    model = Model(units, layers)
    optimizer = torch.optim.Adam(model.parameters(), 5e-3)
    loss_of = torch.nn.CrossEntropyLoss()
    text = torch.from_numpy(np.random.default_rng(0).integers(0, VOCABULARY, 100_000))

    def step() -> None:
        starts = torch.randint(0, len(text) - LENGTH, (BATCH, 1))
        window = text[starts + torch.arange(LENGTH + 1)]
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16):
            loss = loss_of(model(window[:, :-1])[0].reshape(-1, VOCABULARY), window[:, 1:].reshape(-1))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        loss.item()

    return lambda: seconds_each(step, STEPS)


def sample_many(streams: int, units: int, layers: int) -> Measure:
    """Characters a second of all streams together."""
    model = Model(units, layers).eval()

    def write() -> float:
        state = None
        ids = torch.zeros((streams, 1), dtype=torch.long)

        def step() -> None:
            nonlocal ids, state
            logits, state = model(ids, state)
            ids = torch.multinomial(torch.softmax(logits[:, -1], -1), 1)

        with torch.inference_mode():
            return streams / seconds_each(step, CHARACTERS if streams == 1 else CHARACTERS // 4)

    return write


if __name__ == "__main__":
    serve(
        {
            "train": lambda units, layers: train(units, layers, bfloat16=False),
            "train_bfloat16": lambda units, layers: train(units, layers, bfloat16=True),
            "sample": lambda units, layers: sample_many(1, units, layers),
            "sample64": lambda units, layers: sample_many(STREAMS, units, layers),
        }
    )
