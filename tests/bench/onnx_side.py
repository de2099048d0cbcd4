"""ONNX Runtime: one step of the network a call from Python, the character drawn with NumPy."""

import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from contender import CHARACTERS, EMBEDDING, VOCABULARY, Measure, seconds_each, serve
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic


def exported(units: int, layers: int) -> bytes:
    """Embedding -> LSTM -> Dense for one character, states in and out."""
    random = np.random.default_rng(0)
    values, nodes, inputs, outputs = [], [], [], []

    def weight(name: str, *shape: int) -> str:
        values.append(numpy_helper.from_array(random.normal(0, 0.03, shape).astype(np.float32), name))
        return name

    inputs.append(helper.make_tensor_value_info("id", TensorProto.INT64, [1, 1]))
    nodes.append(helper.make_node("Gather", [weight("table", VOCABULARY, EMBEDDING), "id"], ["x0"]))
    size = EMBEDDING
    for layer in range(layers):
        state = [f"h{layer}", f"c{layer}"]
        inputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, units]) for name in state]
        outputs += [helper.make_tensor_value_info(name + "_out", TensorProto.FLOAT, [1, 1, units]) for name in state]
        weights = [
            weight(f"w{layer}", 1, 4 * units, size),
            weight(f"r{layer}", 1, 4 * units, units),
            weight(f"b{layer}", 1, 8 * units),
        ]
        results = [f"y{layer}", *(name + "_out" for name in state)]
        nodes.append(helper.make_node("LSTM", [f"x{layer}", *weights, "", *state], results, hidden_size=units))
        nodes.append(helper.make_node("Squeeze", [f"y{layer}", "axis"], [f"x{layer + 1}"]))
        size = units
    values.append(numpy_helper.from_array(np.array([1]), "axis"))  # of the directions, one
    nodes.append(helper.make_node("MatMul", [f"x{layers}", weight("dense", units, VOCABULARY)], ["logits"]))
    outputs.insert(0, helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 1, VOCABULARY]))
    graph = helper.make_graph(nodes, "step", inputs, outputs, values)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def quantised(units: int, layers: int) -> bytes:
    """The same with `DynamicQuantizeLSTM`: weights in int8, a scale for each column."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "float32.onnx", Path(folder) / "int8.onnx"
        before.write_bytes(exported(units, layers))
        operations = ["LSTM", "MatMul"]
        quantize_dynamic(before, after, operations, per_channel=True, weight_type=QuantType.QInt8)
        return after.read_bytes()


def sample(model: bytes, units: int) -> Measure:
    """Characters a second."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]
    random = np.random.default_rng(0)
    feed = {name: np.zeros((1, 1, units), np.float32) for name in names[1:]}
    feed["id"] = np.zeros((1, 1), np.int64)

    def step() -> None:
        logits, *states = session.run(None, feed)
        weights = np.exp(logits[0, 0] - logits.max())
        feed["id"][0, 0] = min(np.searchsorted(np.cumsum(weights), random.random() * weights.sum()), VOCABULARY - 1)
        feed.update(zip(names[1:], states, strict=True))

    return lambda: 1 / seconds_each(step, CHARACTERS)


if __name__ == "__main__":
    serve(
        {
            "sample": lambda units, layers: sample(exported(units, layers), units),
            "sample_int8": lambda units, layers: sample(quantised(units, layers), units),
        }
    )
