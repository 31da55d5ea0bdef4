"""Fuzzing: targets that raise only on a defect, mutations of valid samples, and what a run of them found.

`make fuzz SECONDS=600` runs every target (`benchmarks/fuzz.py`); `test_fuzz.py` is its short form, and replays every finding.
"""
