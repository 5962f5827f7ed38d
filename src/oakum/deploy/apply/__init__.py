"""Making changes: strategies for each operation, conflicts, and the record of what was applied."""
