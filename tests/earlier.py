"""What earlier tools wrote, by their own code, and the files that they wrote it of.

In ``vectors/earlier-tools``: HashTraceAI's folders are named after the days of its history, and the
keys' private halves are gone.
"""

from __future__ import annotations

from pathlib import Path

from weightmark.adapters.signing.earlier import EarlierPublicKey
from weightmark.adapters.signing.public_key_files import read_public_key

VECTORS = Path(__file__).parent / "vectors/earlier-tools"
KEYS = VECTORS / "keys"
SECRET = "a sécret of 32 characters or so"

FILES = {
    "config.json": b'{"classes": 10}\n',
    "empty": b"",
    "weights/model.safetensors": bytes(range(256)),
    "weights/naïve 数.txt": "é\n".encode(),
}
CLARITY_FILES = {
    "head.onnx": b"onnx",
    "pat/config.json": b"{}\n",
    "pat/model.pth": bytes(range(255, -1, -1)),
}

HASHTRACEAI = {
    "inside": VECTORS / "hashtraceai/2025-07-05-inside/manifest.json",
    "beside": VECTORS / "hashtraceai/2025-07-05-beside/manifest.json",
    "beside, with a name": VECTORS / "hashtraceai/2025-07-06-beside/manifest.json",
    "wrapped": VECTORS / "hashtraceai/2025-07-06-wrapped/digits_1.2.0_manifest.json",
    "files alone, first": VECTORS / "hashtraceai/2025-07-06-files/manifest.json",
    "files alone": VECTORS / "hashtraceai/2025-09-13-files/digits_1.2.0_manifest.json",
}
UNSIGNED = VECTORS / "hashtraceai/2025-07-05-unsigned/manifest.json"
MODELSEAL = {
    "ed25519": VECTORS / "modelseal/ed25519.json",
    "first release": VECTORS / "modelseal/old-ed25519.json",
    "p256": VECTORS / "modelseal/p256.json",
}
CLARITY_LIST = VECTORS / "clarity/model_signatures.json"

# Each signed manifest, with the file of the key that signed it.
SIGNED = {
    **{f"HashTraceAI, {name}": (path, KEYS / "rsa.pub") for name, path in HASHTRACEAI.items()},
    "modelseal, Ed25519": (MODELSEAL["ed25519"], KEYS / "ed25519.pub"),
    "modelseal, first release": (MODELSEAL["first release"], KEYS / "ed25519.pub"),
    "modelseal, P-256": (MODELSEAL["p256"], KEYS / "p256.pub"),
}


def key_in(path: Path) -> EarlierPublicKey:
    """Return the public key in a file."""
    return EarlierPublicKey(read_public_key(path.read_bytes(), path.name))


def clarity_files() -> dict[str, bytes]:
    """Return files that Clarity has signed, and what it has written beside them."""
    folder = CLARITY_LIST.parent
    written = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    return {**CLARITY_FILES, **written}


def signature_beside(path: Path) -> bytes | None:
    """Return what lies beside a file as its signature, if anything does."""
    beside = path.with_name(f"{path.name}.sig")
    return beside.read_bytes() if beside.is_file() else None


def write_files(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files into a new folder, and return it."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder
