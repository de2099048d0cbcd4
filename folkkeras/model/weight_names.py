"""The names that Keras gives to a model's weights in its file; a test compares them with a saved model's."""


def weight_names(layers: int, features: bool = False) -> list[str]:
    """The names in `model.weights.h5`, in the order of `ExportedWeights.weights`."""
    cells = [f"layers/lstm{f'_{layer}' if layer else ''}/cell" for layer in range(layers)]
    lstms = [f"{cell}/vars/{number}" for cell in cells for number in range(3)]
    return ["embedding/vars/0", *["feature_embedding/vars/0"] * features, *lstms, "dense/vars/0", "dense/vars/1"]
