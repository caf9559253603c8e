"""Traces of requests for an OpenTelemetry collector, when one is configured: routes and statements, nobody's data."""

from typing import Any

import sqlalchemy as sa
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

SECRET = ("url.path", "url.query")
"""Addresses hold the numbers of people's things, sign-in tokens and searches (decision 0018); the route stays."""


class _WithoutAddresses(SpanProcessor):
    def on_start(self, span: Span, parent_context: Any = None) -> None:  # noqa: ARG002
        for name in SECRET:
            if name in (span.attributes or {}):
                span.set_attribute(name, "")


def start(endpoint: str, engine: sa.Engine) -> TracerProvider:
    """Begin to trace. All else is read from the variables that OpenTelemetry defines, such as the sampler's."""
    provider = TracerProvider(resource=Resource.create({"service.name": "kipina"}))
    provider.add_span_processor(_WithoutAddresses())
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint.rstrip("/") + "/v1/traces")))
    tracer = provider.get_tracer("kipina")

    def before(conn: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: Any) -> None:
        verb = statement.split(maxsplit=1)[0].upper()
        about = {"db.system.name": conn.dialect.name, "db.query.text": statement[:2000]}  # values are bound apart
        context.kipina_span = tracer.start_span(verb, kind=trace.SpanKind.CLIENT, attributes=about)

    def after(_conn: Any, _cursor: Any, _statement: Any, _parameters: Any, context: Any, _many: Any) -> None:
        context.kipina_span.end()

    def failed(error: sa.engine.ExceptionContext) -> None:
        span = getattr(error.execution_context, "kipina_span", None)
        if span is not None:
            span.set_attribute("error.type", type(error.original_exception).__name__)
            span.set_status(trace.StatusCode.ERROR)  # without its words: they quote values
            span.end()

    sa.event.listen(engine, "before_cursor_execute", before)
    sa.event.listen(engine, "after_cursor_execute", after)
    sa.event.listen(engine, "handle_error", failed)
    return provider
