"""Reproducible measurements, each a ratio against a floor or a peer in the same run, printed as JSON.

    make bench                    all of them
    python -m bench.<name>        one

A machine's speed drifts; a ratio of two things measured in turn does not. Nothing here is asserted by a test.
"""
