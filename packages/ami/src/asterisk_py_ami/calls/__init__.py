"""Whole calls instead of single events: who called whom, when it was answered, how it ended.

======================= ===============================================================
:mod:`.call`            what you get: `Call`, `CompletedCall`, their legs and gaps
:mod:`.tracker`         `CallTracker` follows a client, and asks Asterisk after a gap
:mod:`.assembler`       `CallAssembler` makes calls of events, and never waits
:mod:`.record`          calls and legs in the making, as the assembler keeps them
======================= ===============================================================
"""

from .call import Call, CallLeg, CompletedCall, Gap
from .tracker import CallTracker

__all__ = ["Call", "CallLeg", "CallTracker", "CompletedCall", "Gap"]
