"""Signatures: the statement that is signed, and the two files that carry it with its signatures.

Every algorithm signs the same statement (`statement`), as the payload of an envelope (`envelope`):
in ``model.sig``, the bundle of OpenSSF Model Signing (`bundle`), or in ``weightmark.sig``
(`envelope_file`). What was signed are the bytes of the payload, which are kept and never derived
again: two encodings of one statement are two statements.
"""
