import pytest

from oakum.cli.hints import hint


@pytest.mark.parametrize(
    ("message", "advice"),
    [
        ("Building Kubernetes config: invalid configuration: no configuration has been provided, try", "oakum lab up"),
        ("GET http://r:1/v2/x/manifests/1: UNAUTHORIZED: authentication required", "docker login"),
        ('Get "https://r:1/v2/": dial tcp: lookup r: no such host', "registry's address"),
        ('Getting app: Get "https://c:1/api/v1/x": dial tcp 127.0.0.1:1: connect: connection refused', "oakum lab status"),
        ('Getting app: Get "https://c:1/api/v1/x": dial tcp 10.0.0.1:1: network is unreachable', "oakum lab status"),
        ("\n- Resolving image 'a': exec: \"docker\": executable file not found in $PATH", "needs none: files, go or python"),
        ("\n- Resolving image 'a': exit status 1", "stands above"),
        ("Getting app: Unauthorized", "KUBECONFIG"),
        ('Get "https://c:1/api/v1/x": tls: failed to verify certificate: x509: certificate has expired', "clock"),
        ('Get "https://c:1/api/v1/x": tls: failed to verify certificate: x509: certificate is not yet valid', "clock"),
        ("Asking for confirmation:\n  EOF", "--yes"),
        ("(data-value arg):\n    |\n  1 | replicas=2\n    |\n\n    = found: string\n    = expected: integer (by s.yml:4)",
         "--data-value-yaml"),
        ("Disallowed labels errors:\n- Resource 'configmap/web (v1) namespace: default' has a disallowed label 'kapp.k14s.io/is-app'", "record"),
    ],
)
def test_what_a_newcomer_meets_is_told_with_what_to_do(message: str, advice: str) -> None:
    assert advice in hint(message)


def test_other_failures_are_told_as_they_are() -> None:
    assert hint("config.yml:3: undefined: x") == ""
