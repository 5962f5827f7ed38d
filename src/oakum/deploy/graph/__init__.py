"""The order of changes: groups, rules, and the graph they make."""
