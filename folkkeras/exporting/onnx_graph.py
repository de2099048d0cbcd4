"""A model as an ONNX graph that reads any number of characters and has explicit states.

Sources: the ONNX operators (onnx.ai/onnx/operators), of which LSTM has the gates in the order input, output, forget,
cell; Keras has them in the order input, forget, cell, output.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper

from folkkeras.features.columns import COUNT
from folkkeras.features.outputs import count_of
from folkkeras.model.weights import Array, ExportedWeights
from folkkeras.sampling.feature_tables import RaisingTable, VectorTable

OPSET = 18
IR_VERSION = 8  # the file format's version that has this set of operators
CHARACTERS, FEATURES, H, C, LOGITS, NEXT_H, NEXT_C = "characters", "features", "h", "c", "logits", "next_h", "next_c"
VOCABULARY = "vocabulary"  # the key of the characters, in the order of their indices, among the metadata


class _Graph:
    """Collects nodes and constants; each method returns the name of a node's output."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, value: npt.ArrayLike) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        return self.add_many(kind, inputs, (output or f"value_{len(self.nodes)}",), **attributes)[0]

    def add_many(self, kind: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> Sequence[str]:
        self.nodes.append(helper.make_node(kind, list(inputs), list(outputs), **attributes))
        return outputs


def onnx_model(exported: ExportedWeights) -> ModelProto:
    """The ONNX model.

    Its inputs are `characters`, indices of characters, int64, (batch, characters); for a model with features,
    `features`, the row that `FeatureStream` gives for each of them, int64, (batch, characters, COUNT); and `h` and `c`,
    the states of the LSTM layers, 0 before a text, float32, (layers, batch, units). Its outputs are `logits` of the
    character after each, float32, (batch, characters, vocabulary), and `next_h` and `next_c`, the states after all.
    """
    graph = _Graph()
    read = graph.add("Gather", graph.constant(exported.weights[0]), CHARACTERS)
    vectors = ""
    if exported.features:
        vectors = _feature_vectors(graph, exported)
        read = graph.add("Concat", read, vectors, axis=2)
    hidden = _lstms(graph, exported, read)
    if vectors:
        hidden = graph.add("Concat", hidden, vectors, axis=2)
    kernel, bias = exported.weights[-2:]
    product = graph.add("MatMul", hidden, graph.constant(kernel))
    raises = count_of(exported.features)
    outputs = graph.add("Add", product, graph.constant(bias), output="" if raises else LOGITS)
    if raises:
        _raise_logits(graph, exported, outputs)
    return _model(graph, exported)


def _feature_vectors(graph: _Graph, exported: ExportedWeights) -> str:
    """The sums of the features' vectors, (batch, characters, feature_embedding)."""
    table = VectorTable(exported)
    values = graph.add("Gather", FEATURES, graph.constant(table.columns), axis=2)
    places = graph.add("Add", values, graph.constant(table.firsts))
    vectors = graph.add("Gather", graph.constant(table.vectors), places)
    return graph.add("ReduceSum", vectors, graph.constant(np.array([2])), keepdims=0)


def _lstms(graph: _Graph, exported: ExportedWeights, read: str) -> str:
    """The outputs of the last LSTM, (batch, characters, units)."""
    layers = exported.lstms()
    sequence = graph.add("Transpose", read, perm=[1, 0, 2])
    states = [
        graph.add_many("Split", [state], [f"{state}_{layer}" for layer in range(len(layers))], axis=0,
                       num_outputs=len(layers))
        for state in (H, C)
    ]  # fmt: skip
    after: list[Sequence[str]] = []
    for layer, (kernel, recurrent, bias) in enumerate(layers):
        units = len(recurrent)
        both = np.concatenate([_gates(bias[None])[:, :, 0], np.zeros((1, 4 * units), np.float32)], 1)
        inputs = [
            sequence, graph.constant(_gates(kernel)), graph.constant(_gates(recurrent)), graph.constant(both), "",
            states[0][layer], states[1][layer],
        ]  # fmt: skip
        names = [f"{name}_{layer}" for name in ("sequence", NEXT_H, NEXT_C)]
        _, *last = graph.add_many("LSTM", inputs, names, hidden_size=units)
        after.append(last)
        sequence = graph.add("Squeeze", names[0], graph.constant(np.array([1])))
    for name, values in zip((NEXT_H, NEXT_C), zip(*after, strict=True), strict=True):
        graph.add("Concat", *values, output=name, axis=0)
    return graph.add("Transpose", sequence, perm=[1, 0, 2])


def _gates(weights: Array) -> Array:
    """Weights in Keras's order of gates, (inputs, 4 * units), in that of ONNX, (1, 4 * units, inputs)."""
    i, f, c, o = np.split(weights, 4, axis=1)
    return np.concatenate([i, o, f, c], axis=1).T[None]


def _raise_logits(graph: _Graph, exported: ExportedWeights, outputs: str) -> None:
    """Add the further outputs of the dense layer to the logits that they raise: see `features.outputs`."""
    table = RaisingTable(exported.features, exported.vocabulary, 1)
    values = graph.add("Gather", FEATURES, graph.constant(table.columns), axis=2)
    places = graph.add("Add", values, graph.constant(table.firsts))
    flat = graph.constant(np.array([0, 0, -1]))  # (batch, characters, all)
    which, raised = (
        graph.add("Reshape", graph.add("Gather", graph.constant(each), places), flat)
        for each in (table.outputs, table.raised)
    )
    added = graph.add("GatherElements", outputs, which, axis=2)
    # What raises no character is added to a column before the first one.
    start, end = graph.constant(np.array([0])), graph.constant(np.array([table.characters]))
    axis = graph.constant(np.array([2]))
    plain = graph.add("Slice", outputs, start, end, axis)
    wide = graph.add("Pad", plain, graph.constant(np.array([0, 0, 1, 0, 0, 0])), mode="constant")
    sums = graph.add("ScatterElements", wide, raised, added, axis=2, reduction="add")
    graph.add("Slice", sums, graph.constant(np.array([1])), graph.constant(np.array([2**31])), axis, output=LOGITS)


def _model(graph: _Graph, exported: ExportedWeights) -> ModelProto:
    units, layers = exported.hyperparameters["units"], exported.hyperparameters["layers"]
    text, states = ("batch", "characters"), (layers, "batch", units)
    inputs = [_tensor(CHARACTERS, TensorProto.INT64, text)]
    if exported.features:
        inputs.append(_tensor(FEATURES, TensorProto.INT64, (*text, COUNT)))
    inputs += [_tensor(name, TensorProto.FLOAT, states) for name in (H, C)]
    outputs = [
        _tensor(LOGITS, TensorProto.FLOAT, (*text, len(exported.vocabulary))),
        *(_tensor(name, TensorProto.FLOAT, states) for name in (NEXT_H, NEXT_C)),
    ]
    found = helper.make_model(
        helper.make_graph(graph.nodes, "folkkeras", inputs, outputs, graph.constants),
        producer_name="folkkeras",
        ir_version=IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    helper.set_model_props(found, {VOCABULARY: json.dumps(exported.vocabulary.characters)})
    checker.check_model(found)
    return found


def _tensor(name: str, kind: int, shape: Sequence[int | str]) -> Any:
    return helper.make_tensor_value_info(name, kind, list(shape))
