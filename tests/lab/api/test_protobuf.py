from tests.lab.api.client import MAPS, Client

from oakum.lab.api.protobuf import MAGIC, decode, message_fields

FORM = "application/vnd.kubernetes.protobuf"


def field(number: int, value: bytes | str | int) -> bytes:
    if isinstance(value, int):
        return bytes([number << 3, value])
    data = value.encode() if isinstance(value, str) else value
    return bytes([number << 3 | 2, len(data)]) + data


def body(version: str, kind: str, raw: bytes) -> bytes:
    return MAGIC + field(1, field(1, version) + field(2, kind)) + field(2, raw)


METADATA = field(1, field(1, "a") + field(11, field(1, "tier") + field(2, "web")))


def test_an_object_in_protobuf_is_created(client: Client) -> None:
    raw = METADATA + field(2, field(1, "x") + field(2, "1"))
    made = client.post(MAPS, body("v1", "ConfigMap", raw), content_type=FORM).json
    assert (made["metadata"]["labels"], made["data"]) == ({"tier": "web"}, {"x": "1"})


def test_bytes_numbers_and_switches() -> None:
    raw = METADATA + field(2, field(1, "k") + field(2, b"\x00\xff")) + field(5, 1)
    secret = decode(body("v1", "Secret", raw))
    assert (secret["data"], secret["immutable"]) == ({"k": "AP8="}, True)


def test_a_kind_outside_the_table_is_refused(client: Client) -> None:
    answer = client.post(MAPS, body("v1", "Node", b""), content_type=FORM)
    assert (answer.code, answer.json["reason"]) == (415, "UnsupportedMediaType")


def test_a_message_that_is_cut_short_is_refused(client: Client) -> None:
    whole = body("v1", "ConfigMap", METADATA)
    assert client.post(MAPS, whole[:-3], content_type=FORM).code == 400
    assert client.post(MAPS, b"{}", content_type=FORM).code == 400


def test_the_older_openapi_is_there_as_protobuf(client: Client) -> None:
    asked = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
    answer = client.get("/openapi/v2", accept=asked)
    assert answer.headers["content-type"] == "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
    document = dict(message_fields(answer.content))
    named = [dict(message_fields(each)) for number, each in message_fields(document[9]) if number == 1]
    types = {each[1].decode(): each[2] for each in named}
    assert types.keys() == client.get("/openapi/v2").json["definitions"].keys()
    assert b"kind" in types["io.k8s.api.core.v1.ConfigMap"]
