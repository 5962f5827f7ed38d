"""Rules as data: what Config documents say, and the built-in ones."""
