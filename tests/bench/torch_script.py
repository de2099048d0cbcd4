"""The PyTorch script that people write to sample: a whole process, from import to text.

python torch_script.py UNITS LENGTH
"""

import sys

import torch

VOCABULARY, EMBEDDING = 83, 256


def main() -> None:
    """Build the network, draw the characters, print them."""
    units, length = map(int, sys.argv[1:])
    embedding = torch.nn.Embedding(VOCABULARY, EMBEDDING)
    lstm = torch.nn.LSTM(EMBEDDING, units, batch_first=True)
    dense = torch.nn.Linear(units, VOCABULARY)
    text, state, ids = [], None, torch.zeros((1, 1), dtype=torch.long)
    with torch.inference_mode():
        for _ in range(length):
            outputs, state = lstm(embedding(ids), state)
            ids = torch.multinomial(torch.softmax(dense(outputs)[:, -1], -1), 1)
            text.append(chr(ord("0") + int(ids)))
    print("".join(text))


if __name__ == "__main__":
    main()
