"""The TensorBoard log of a run."""
