"""Signatures in cosign's format, made and checked with a key pair (sigstore: "Cosign Signature Specification")."""
