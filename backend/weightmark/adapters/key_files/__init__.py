"""The forms in which files hold keys: keystores of Ethereum, and PEM for all others."""
