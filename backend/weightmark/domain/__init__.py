"""Values and rules, with no input or output: bytes in, values out."""
