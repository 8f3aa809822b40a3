"""Verifying a download, in nine steps.

1. Parse the manifest, strictly and with bounds; it must be canonical.
2. Recompute manifest hash, artifact root, commitment and release id; publisher, name and version
   equal those of the reference.
3. Trust: the publisher is given by a reference with an address, by the trust file or the policy.
4. Read the chain: chain id, contract address and code hash first.
5. The commitment is registered under an authority valid at that time; final; nothing against it.
6. Rollback and freeze: nothing is behind what was seen here before; the newest block is recent.
7. Files: each listed file present with its size and digest; no file that is not listed.
8. Signatures: every key that the manifest names has signed.
9. Policy.

Every check is in the verdict. What cannot be checked is not passed.
"""
