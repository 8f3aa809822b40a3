{
  "file": "config.json",
  "signature": "5d60bfa7e10eb0ff5ac14ca28b0aa3215a5b45314e295891f7cc3dd647db6a05",
  "algorithm": "sha256",
  "signed_at": "2026-11-21T15:36:33.885814+00:00",
  "file_size": 3
}