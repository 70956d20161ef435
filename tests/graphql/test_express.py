"""The express way: a known head's requests are answered as uvicorn's own way answers them, however they arrive."""

import json
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import Running, running
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lakecast_lake.storage import Lake

READ = {"query": "query Q($n: Int!) { items(first: $n) { totalCount nodes { itemId name } } }", "variables": {"n": 3}}
LARGE = {"query": "{ forecasts(first: 2000) { nodes { date itemId forecast median lower80 upper80 source } } }"}
BODIES = [
    json.dumps(one)
    for one in (
        READ,
        {**READ, "variables": {"n": 2}},
        {"query": "{ forecasts(first: 4) { nodes { date forecast } pageInfo { endCursor } } }"},
        {"query": '{ item(itemId: "a-001") { name champion } }'},
        {"query": "{ overview { itemCount } }"},
        {"query": "{ leaderboard { source rank } }"},
        {"query": "{ serviceStatus { snapshotId } }"},
        {"query": "{ nope }"},
        {"query": "{ items(first: -1) { totalCount } }"},
        {"query": "mutation { unpinSnapshot { snapshotId } }"},
        {"variables": {}},
    )
] + ["{", "[]"]


def request(body: str, *more: str, path: str = "/graphql", version: str = "1.1") -> bytes:
    content = body.encode()
    lines = [f"POST {path} HTTP/{version}", "host: here", "content-type: application/json", *more]
    return "\r\n".join([*lines, f"content-length: {len(content)}", "", ""]).encode() + content


class Connection:
    """A client's socket that reads answers whole."""

    def __init__(self, server: Running, receive_buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(20)
        self.socket.connect(("127.0.0.1", int(server.url.rsplit(":", 1)[1])))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = b""

    def close(self) -> None:
        self.socket.close()

    def send(self, *pieces: bytes) -> None:
        for number, piece in enumerate(pieces):
            if number:
                time.sleep(0.005)
            self.socket.sendall(piece)

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Status, headers without the date, and body of the next answer."""
        while b"\r\n\r\n" not in self._read:
            self._more()
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        headers.pop("date", None)
        length = int(headers["content-length"])
        while len(self._read) < length:
            self._more()
        body, self._read = self._read[:length], self._read[length:]
        return int(first.split()[1]), headers, body

    def ask(self, *pieces: bytes) -> tuple[int, dict[str, str], bytes]:
        self.send(*pieces)
        return self.answer()

    def _more(self) -> None:
        got = self.socket.recv(1 << 16)
        if not got:
            raise ConnectionError("closed")
        self._read += got


def express(server: Running) -> int:
    """How many requests went the express way so far."""
    app = getattr(server.app, "app", server.app)  # CORS stands before it
    return int(app._express.answered)


@pytest.fixture
def client(server: Running) -> Iterator[Connection]:
    with closing(Connection(server)) as found:
        yield found


@pytest.fixture(scope="module")
def usual(small_lake: Lake, admin: tuple[str, str]) -> Iterator[Running]:
    """The same server with uvicorn's own connections."""
    with running(small_lake.uri, connections=HttpToolsProtocol, dev=True, keys_file=admin[0]) as found:
        yield found


def test_a_head_that_was_read_before_goes_the_express_way(server: Running, client: Connection) -> None:
    asked = request(json.dumps(READ), "x-requested-with: test_a_head")
    first, before = client.ask(asked), express(server)
    assert client.ask(asked) == first
    assert client.ask(asked) == first
    assert express(server) == before + 2
    assert f"lakecast_express_answers {before + 2}" in server.http.get("/metrics").text
    assert first[0] == 200
    assert len(json.loads(first[2])["data"]["items"]["nodes"]) == 3


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json", "*/*"])
def test_media_type_is_the_one_that_is_asked_for(server: Running, client: Connection, accept: str) -> None:
    asked = request(json.dumps(READ), f"accept: {accept}")
    first, before = client.ask(asked), express(server)
    assert client.ask(asked) == first
    assert express(server) == before + 1


def test_what_is_compressed_stays_so(server: Running, client: Connection) -> None:
    asked = request(json.dumps(LARGE), "accept-encoding: gzip")
    first, before = client.ask(asked), express(server)
    assert first[1]["content-encoding"] == "gzip"
    assert client.ask(asked) == first  # and is kept, as it is asked for again
    assert client.ask(asked) == first
    assert express(server) == before + 1
    plain = client.ask(request(json.dumps(LARGE)))
    assert len(first[2]) < len(plain[2]) / 3


@pytest.mark.parametrize("cut", [1, 20, -len(json.dumps(READ)) - 2, -len(json.dumps(READ)), -1])
def test_pieces_of_a_request_make_the_same_answer(server: Running, client: Connection, cut: int) -> None:
    asked = request(json.dumps(READ), "accept-language: pt")
    whole = client.ask(asked)
    assert client.ask(asked[:cut], asked[cut:]) == whole
    assert client.ask(*[asked[n : n + 40] for n in range(0, len(asked), 40)]) == whole
    assert client.ask(asked) == whole


def test_a_body_after_its_head_goes_the_express_way(server: Running, client: Connection) -> None:
    asked = request(json.dumps(READ), "accept-language: fr")
    whole, before = client.ask(asked), express(server)
    cut = asked.index(b"\r\n\r\n") + 4
    assert client.ask(asked[:cut], asked[cut:]) == whole
    assert express(server) == before + 1


def test_a_client_that_always_sends_them_apart_is_learnt_from(server: Running, client: Connection) -> None:
    asked = request(json.dumps(READ), "accept-language: de")
    cut = asked.index(b"\r\n\r\n") + 4
    first, before = client.ask(asked[:cut], asked[cut:]), express(server)
    assert client.ask(asked[:cut], asked[cut:]) == first
    assert express(server) == before + 1


def test_a_body_that_is_late_is_still_waited_for(server: Running, client: Connection) -> None:
    asked = request(json.dumps(READ))
    whole = client.ask(asked)
    client.send(asked[:-5])
    time.sleep(1.5)
    assert client.ask(asked[-5:]) == whole
    assert client.ask(asked) == whole


def test_a_body_that_never_comes_is_408(small_lake: Lake) -> None:
    with running(small_lake.uri, body_seconds=0.5) as server, closing(Connection(server)) as client:
        asked = request(json.dumps(READ))
        client.ask(asked)
        assert client.ask(asked[:-5])[0] == 408


def test_several_at_once_are_answered_in_order(client: Connection) -> None:
    asked = [request(json.dumps({**READ, "variables": {"n": n}})) for n in (1, 2, 3)]
    one_by_one = [client.ask(one) for one in asked]
    client.send(b"".join(asked))
    assert [client.answer() for _ in asked] == one_by_one


def test_a_connection_that_is_to_be_closed_is(server: Running, client: Connection) -> None:
    asked = request(json.dumps(READ))
    client.ask(asked)
    before = express(server)
    assert client.ask(request(json.dumps(READ), "connection: close"))[0] == 200
    with pytest.raises(ConnectionError):
        client.answer()
    with closing(Connection(server)) as another:
        assert another.ask(request(json.dumps(READ), "connection: close"))[0] == 200
        with pytest.raises(ConnectionError):
            another.answer()
    assert express(server) == before


@pytest.mark.parametrize(
    "more",
    [
        "expect: 100-continue",
        "content-encoding: gzip",
        "x-unknown: 1",
        "accept: text/event-stream",
        "transfer-encoding: x",
    ],
)
def test_other_heads_are_not_learnt(server: Running, more: str) -> None:
    asked, before = request(json.dumps(READ), more), express(server)
    for _ in range(2):
        with closing(Connection(server)) as client:
            client.send(asked)
            client.socket.recv(100)
    assert express(server) == before


def test_another_path_is_another_matter(server: Running, client: Connection) -> None:
    for _ in range(2):
        assert client.ask(request("{}", path="/graphql/"))[0] == 404
        assert client.ask(request("{}", path="/api/v1/data/refresh"))[0] == 401


def test_origins_are_answered_by_who_knows_them(small_lake: Lake) -> None:
    with running(small_lake.uri, cors_origins="https://here.example") as server, closing(Connection(server)) as client:
        asked = request(json.dumps(READ), "origin: https://here.example")
        for _ in range(2):
            assert client.ask(asked)[1]["access-control-allow-origin"] == "https://here.example"
        assert express(server) == 0
        client.ask(request(json.dumps(READ)))
        client.ask(request(json.dumps(READ)))
        assert express(server) == 1


def test_idle_connections_are_closed_and_busy_ones_are_not(small_lake: Lake) -> None:
    with running(small_lake.uri, idle_seconds=5) as server, closing(Connection(server)) as client:
        asked = request(json.dumps(READ))
        for _ in range(4):  # 6 seconds in all; 5 idle ones close it
            assert client.ask(asked)[0] == 200
            time.sleep(1.5)
        began = time.monotonic()
        with pytest.raises(ConnectionError):
            client.answer()
        assert time.monotonic() - began > 2


def test_who_reads_slowly_gets_all_and_holds_up_nobody(small_lake: Lake) -> None:
    asked = request(json.dumps(LARGE))
    with running(small_lake.uri) as server, closing(Connection(server, receive_buffer=4096)) as slow:
        whole = slow.ask(asked)
        for _ in range(60):  # far more than the sockets' buffers take
            slow.send(asked)
        time.sleep(0.5)
        with closing(Connection(server)) as other:
            assert other.ask(asked) == whole
        for _ in range(60):
            assert slow.answer() == whole


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bodies=st.lists(st.sampled_from(BODIES), min_size=1, max_size=6),
    cuts=st.lists(st.integers(0, 900), max_size=4),
    accept=st.sampled_from(["application/json", "application/graphql-response+json"]),
)
def test_both_ways_answer_alike(
    server: Running, usual: Running, bodies: Sequence[str], cuts: Sequence[int], accept: str
) -> None:
    asked = [request(body, f"accept: {accept}") for body in bodies]
    with closing(Connection(usual)) as client:
        wanted = [client.ask(one) for one in asked]
    stream = b"".join(asked)
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    with closing(Connection(server)) as client:
        client.send(*[stream[a:b] for a, b in pairwise(places)])
        found = [client.answer() for _ in asked]
    assert found == wanted
