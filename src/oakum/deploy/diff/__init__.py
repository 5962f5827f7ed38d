"""Comparing what is there with what is wanted: rebase, the two diffs, masks, how they are shown."""
