"""Token exchanges of the clouds, played by a front that answers as their documentation says."""
from __future__ import annotations

import base64
import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from oakum.registry import cloud
from oakum.registry.cloud.ecr import AccessKey, sign
from oakum.registry.connections import Connections, Options
from oakum.registry.credentials import Credentials
from oakum.registry.errors import CredentialsError
from oakum.registry.reference import parse_repository

from .faults import Front, front


@pytest.fixture
def service() -> Iterator[Front]:
    with front("127.0.0.1:1") as made:
        yield made


def _lookup(names: str, image: str, **environ: str) -> Credentials | None:
    environ = {"KBLD_ACTIVE_KEYCHAINS": names, "HOME": "/nonexistent", **environ}
    found = [keychain.lookup(parse_repository(image)) for keychain in cloud.active(environ, Connections(Options(), {}))]
    return next((credentials for credentials in found if credentials), None)


def _answer(service: Front, match: str, **members: object) -> None:
    service.order(match=match, status=200, body=json.dumps(members).encode())


def test_other_registries_are_passed_over() -> None:
    assert _lookup("ecr,gcr,acr,github", "quay.io/a/b") is None


def test_an_unknown_cloud_is_an_error() -> None:
    with pytest.raises(CredentialsError, match="^Unknown keychain 'moon' in KBLD_ACTIVE_KEYCHAINS"):
        _lookup("moon", "quay.io/a/b")


def test_github_takes_the_workflows_token() -> None:
    assert _lookup("github", "ghcr.io/a/b", GITHUB_TOKEN="t", GITHUB_ACTOR="ada") == Credentials("ada", "t")


def test_google_asks_the_metadata_server(service: Front) -> None:
    _answer(service, "/computeMetadata/v1/instance/service-accounts/default/token", access_token="t", expires_in=3600)
    found = _lookup("gke", "europe-docker.pkg.dev/p/r/i", GCE_METADATA_HOST=service.address)
    assert found == Credentials("oauth2accesstoken", "t")
    assert service.headers[0]["Metadata-Flavor"] == "Google"


def test_azure_exchanges_an_entra_token(service: Front) -> None:
    _answer(service, "POST /tenant/oauth2/v2.0/token", access_token="entra")
    _answer(service, "POST /oauth2/exchange", refresh_token="r")
    place = f"http://{service.address}"
    found = _lookup(
        "aks",
        "x.azurecr.io/app",
        AZURE_TENANT_ID="tenant",
        AZURE_CLIENT_ID="c",
        AZURE_CLIENT_SECRET="s3cret",
        AZURE_AUTHORITY_HOST=place,
        AZURE_REGISTRY_ENDPOINT=place,
    )
    assert found == Credentials(identity_token="r")


def test_azure_asks_the_metadata_server_where_there_is_no_service_principal(service: Front) -> None:
    _answer(service, "/metadata/identity/oauth2/token", access_token="entra")
    _answer(service, "POST /oauth2/exchange", refresh_token="r")
    place = f"http://{service.address}"
    found = _lookup("aks", "x.azurecr.io/app", AZURE_POD_IDENTITY_AUTHORITY_HOST=place, AZURE_REGISTRY_ENDPOINT=place)
    assert found == Credentials(identity_token="r")
    assert service.headers[0]["Metadata"] == "true"


def test_amazon_gives_a_login_for_a_signed_request(service: Front, tmp_path: Path) -> None:
    token = base64.b64encode(b"AWS:pw").decode()
    _answer(service, "POST /", authorizationData=[{"authorizationToken": token}])
    (tmp_path / "credentials").write_text("[default]\naws_access_key_id = k\naws_secret_access_key = s\n")
    found = _lookup(
        "ecr",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app",
        AWS_SHARED_CREDENTIALS_FILE=str(tmp_path / "credentials"),
        AWS_ENDPOINT_URL_ECR=f"http://{service.address}/",
    )
    assert found == Credentials("AWS", "pw")


def test_a_refusal_is_told_without_secrets(service: Front) -> None:
    service.order(status=403, body=b"s3cret")
    with pytest.raises(CredentialsError) as caught:
        _lookup("gcr", "gcr.io/a/b", GCE_METADATA_HOST=service.address)
    assert str(caught.value).endswith("/service-accounts/default/token: status 403")


def test_amazon_without_a_key_says_what_to_set() -> None:
    with pytest.raises(CredentialsError, match="hint: set AWS_ACCESS_KEY_ID"):
        _lookup("ecr", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app")


@pytest.mark.parametrize("text", ["aws_secret_access_key = s3cret\n", "[default]\ns3cret\n", "[default]\nkey = \udcffs3cret\n"])
def test_a_file_of_keys_that_is_none_is_told_without_what_is_in_it(tmp_path: Path, text: str) -> None:
    file = tmp_path / "credentials"
    file.write_text(text, errors="surrogateescape")
    with pytest.raises(CredentialsError) as caught:
        _lookup("ecr", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app", AWS_SHARED_CREDENTIALS_FILE=str(file))
    assert str(caught.value) == f"{file}: not a file of AWS credentials (hint: it is of the form of `aws configure`)"


@pytest.mark.parametrize(("session", "signed", "signature"), [
    ("t", "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
     "e3f95f987c17446e6c9de1a07be0d7089847ff8fe298ece34a5e838e2f9c7322"),
    ("", "content-type;host;x-amz-date;x-amz-target", "08d4ce7ed56dddf79a53d40db60cc180c97df696fc05ad64787084df67bc43cd"),
])  # fmt: skip
def test_requests_to_amazon_are_signed_as_its_own_client_does(session: str, signed: str, signature: str) -> None:
    now = datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    key = AccessKey("k", "s", session)
    headers = sign(key, "https://api.ecr.eu-west-1.amazonaws.com/", "eu-west-1", b"{}", now)
    assert headers["Authorization"] == (
        f"AWS4-HMAC-SHA256 Credential=k/20240102/eu-west-1/ecr/aws4_request, SignedHeaders={signed}, "
        f"Signature={signature}"
    )
    assert headers.get("x-amz-security-token", "") == session
