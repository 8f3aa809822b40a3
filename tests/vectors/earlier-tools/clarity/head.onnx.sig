{
  "file": "head.onnx",
  "signature": "a8a18f52fd27350ff3a0ae5c270079de5a33b13990b1c3d1c1c4399ea326d07d",
  "algorithm": "sha256",
  "signed_at": "2026-11-21T15:36:33.987622+00:00",
  "file_size": 4
}