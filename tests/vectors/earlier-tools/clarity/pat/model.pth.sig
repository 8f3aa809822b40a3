{
  "file": "model.pth",
  "signature": "0df876d49ae5713f6e51bee6ec7168673b73ceb10b764aa7c2b96347020baf8e",
  "algorithm": "sha256",
  "signed_at": "2026-11-21T15:36:33.986932+00:00",
  "file_size": 256
}