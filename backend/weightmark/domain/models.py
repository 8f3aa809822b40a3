"""What counts as a model in a tree of them: a file by its suffix, or a folder by what it holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

# Formats of weights and of whole models, those that run code when they are loaded among them.
MODEL_SUFFIXES = frozenset([
    ".bin", ".caffemodel", ".ckpt", ".engine", ".ggml", ".gguf", ".h5", ".hdf5", ".joblib",
    ".keras", ".llamafile", ".mar", ".mlmodel", ".msgpack", ".nemo", ".npy", ".npz", ".onnx",
    ".ot", ".params", ".pb", ".pdiparams", ".pdmodel", ".pdparams", ".pickle", ".pkl", ".plan",
    ".pmml", ".pt", ".pt2", ".pte", ".pth", ".ptl", ".safetensors", ".sav", ".t7", ".tflite",
    ".torchscript", ".trt", ".ubj", ".weights", ".xgb",
])  # fmt: skip
# What a folder holds that is one model: Hugging Face's descriptions (transformers, diffusers, PEFT,
# sentence-transformers), MLflow's, TensorFlow's, Core ML's, and what Weightmark writes.
MODEL_MARKERS = frozenset([
    "adapter_config.json", "config.json", "config_sentence_transformers.json", "Manifest.json",
    "MLmodel", "model_index.json", "saved_model.pb", "weightmark.json", "model.sig",
    "weightmark.sig",
])  # fmt: skip


def is_model_file(name: str) -> bool:
    """Whether a file is a model by its suffix, in capitals or not."""
    _, dot, suffix = name.rpartition(".")
    return dot + suffix.lower() in MODEL_SUFFIXES


def is_model_folder(names: Collection[str]) -> bool:
    """Whether a folder that holds files of those names is one model."""
    return not MODEL_MARKERS.isdisjoint(names)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which models of a tree are meant. Patterns are compared with paths in the tree.

    Attributes:
        include: Patterns of files and folders that are models; none for those that count as models.
        exclude: Patterns of files and folders to leave out, with all that is in them.
        is_recursive: Whether folders in folders are looked through.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    is_recursive: bool = True


@dataclass(frozen=True, slots=True)
class Models:
    """The models of a tree, by their paths in it; ``.`` is the tree itself.

    Attributes:
        paths: Each model.
        excluded: What was left out on request.
    """

    paths: tuple[str, ...]
    excluded: tuple[str, ...] = ()
