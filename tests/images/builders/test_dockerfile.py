from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from oakum.images.builders.dockerfile import Copy, bases, parse

TEXT = """
ARG BASE=golang:1.22
FROM ${BASE} AS build
WORKDIR /src
COPY . .
RUN go build -o /app \\
    .
# a note
FROM scratch
ENV A=1 B="two words"
ENV C $A-x
WORKDIR /srv
WORKDIR sub
COPY --from=build /app /app
COPY ["static", "assets/"]
EXPOSE 8080 53/udp
USER 65534
LABEL org.title="my app"
ENTRYPOINT ["/app"]
CMD ["--port", "8080"]
"""


def test_the_last_stage_says_how_the_image_is_started() -> None:
    stage = parse(TEXT)[-1]
    assert stage.config == {
        "Env": ["A=1", "B=two words", "C=1-x"],
        "WorkingDir": "/srv/sub",
        "ExposedPorts": {"8080/tcp": {}, "53/udp": {}},
        "User": "65534",
        "Labels": {"org.title": "my app"},
        "Entrypoint": ["/app"],
        "Cmd": ["--port", "8080"],
    }
    assert stage.copies == [Copy(("/app",), "/app", "build"), Copy(("static",), "/srv/sub/assets/")]


def test_bases_are_what_is_pulled() -> None:
    assert bases(parse(TEXT)) == ["golang:1.22"]
    assert bases(parse("FROM a\nFROM b AS x\nFROM x\nCOPY --from=c /a /a\nCOPY --from=0 /b /b")) == ["a", "b", "c"]
    assert bases(parse("ARG V=1\nFROM a:$V\nRUN --mount=type=bind,from=b:$V,target=/b --mount=type=cache,target=/c ls\n"
                       "RUN --mount=from=c,source=/ ls", {"V": "2"})) == ["a:2", "b:2", "c"]


def test_what_comes_from_an_address_is_seen() -> None:
    for source in ("https://example.org/a.tgz", "git@example.org:a/b.git", "--chown=1:1 ftp://example.org/a"):
        assert parse(f"FROM a\nADD {source} /x\n")[0].remote
    assert not parse("FROM a\nADD a.tgz /x\nCOPY https: /x\n")[0].remote


def test_a_stage_that_builds_on_another_starts_from_its_configuration() -> None:
    stages = parse("FROM base AS one\nENV A=1\nUSER 5\nFROM one\nENV B=2\n")
    assert (stages[-1].base, stages[-1].config) == ("base", {"Env": ["A=1", "B=2"], "User": "5"})


def test_the_shell_form_keeps_its_shell() -> None:
    assert parse("FROM a\nCMD ./run --it")[0].config["Cmd"] == ["/bin/sh", "-c", "./run --it"]


@given(st.text(alphabet="FROMCPYENV \\\n\"'$={}[]-a#", max_size=200))
def test_no_text_breaks_the_parser(text: str) -> None:
    for stage in parse(text):
        assert isinstance(stage.config, dict)
