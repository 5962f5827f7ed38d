"""Carrying out a plan: what is planned for each change, applying in order, waiting, progress lines."""
