"""The files of earlier tools, of which release manifests are made: HashTraceAI, modelseal, Clarity.

What is read here is what their code wrote. A value that their signature does not cover is kept
apart from those that it covers, and nothing is made of it.
"""
