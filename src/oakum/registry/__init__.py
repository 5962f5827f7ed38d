"""A client of the OCI distribution protocol (OCI distribution-spec 1.1).

Nouns: `reference.Reference`, `descriptor.Descriptor`, `descriptor.Manifest`, `blobs.BlobSource`.
Verbs: the functions of `manifests`, `tags`, `blobs`, `copy`, `referrers`, each taking a `transport.Transport`.
"""
