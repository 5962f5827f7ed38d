"""Finding image references, building and publishing what they stand for, and pinning each by digest (kbld).

Three verbs behind three protocols: `builders.protocol.Builder`, `builders.protocol.Publisher`, `resolution.Resolver`.
What a run adds to them (overrides, limit, tags, cache) wraps the same protocols and is wired in `pipeline`, whose
`resolve_documents` is the way in for programs.
"""
