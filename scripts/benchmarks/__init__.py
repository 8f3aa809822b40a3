"""The benchmark: whole processes, interleaved, compared by ratio within one run."""
