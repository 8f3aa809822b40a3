"""Signing artifacts, and verifying their signatures, with no chain.

A verification, in four steps:

1. Read the files of signatures and the manifest, strictly and with bounds.
2. Compare the artifact's files with what each of them says.
3. Check each signature, by a key that its file names and that is trusted or carried.
4. Every key that is asked for, or that the manifest names, has signed.

A key is trusted because the caller says so, or a certificate that the caller trusts does. What a
file of signatures carries is never a reason to trust it.
"""
