"""What leaves for a collector: routes and statements, and nobody's data."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.testclient import TestClient

from app.config import Settings
from app.main import create_app
from tests.routes.account.test_sign_in import link_of
from tests.strict import StrictClient


class Collector(ThreadingHTTPServer):
    """Takes traces as a collector does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Take)
        self.bodies: list[bytes] = []

    def spans(self) -> dict[str, list[dict[str, str]]]:
        """The attributes of the spans, by their names."""
        found: dict[str, list[dict[str, str]]] = {}
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        attributes = {one.key: one.value.string_value for one in span.attributes}
                        found.setdefault(span.name, []).append(attributes)
        return found


class _Take(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector on this machine."""
    server = Collector()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_trace_tells_routes_and_statements_and_names_nobody(settings: Settings, collector: Collector) -> None:
    endpoint = f"http://127.0.0.1:{collector.server_port}"
    app = create_app(settings.model_copy(update={"otlp_endpoint": endpoint}))
    with StrictClient(app) as client:
        client.submit("/sign-in?next=/haku-salainen", email="maija.salainen@example.org")
        link = link_of(app.state.engine)
        assert client.submit(link).status_code == 303
        with TestClient(app, raise_server_exceptions=False) as other:
            assert other.get("/salainen/polku").status_code == 404
    spans = collector.spans()
    assert {"GET /sign-in", "POST /sign-in", "POST /sign-in/{token}", "INSERT", "SELECT"} <= set(spans)
    assert all(span["url.path"] == "" for name, found in spans.items() if "/sign-in" in name for span in found)
    assert any("outgoing_mail" in span["db.query.text"] for span in spans["INSERT"])
    sent = b"".join(collector.bodies).lower()
    for secret in (b"salainen", b"maija", link.rpartition("/")[2].lower().encode()):
        assert secret not in sent


def test_without_a_collector_nothing_is_traced(settings: Settings) -> None:
    app = create_app(settings)
    assert app.state.tracer is None
    with TestClient(app) as client:
        assert client.get("/healthz").status_code == 200
