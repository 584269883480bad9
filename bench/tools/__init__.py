"""Calls of tools, judged on questions of the Berkeley Function Calling Leaderboard (BFCL v4)."""
