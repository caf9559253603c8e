"""The bare answer beside the pages: FastAPI, one route, as many bytes as asked for, nothing else."""

from fastapi import FastAPI
from starlette.responses import Response

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


@app.get("/{size}")
async def answer(size: int) -> Response:
    """An answer of `size` bytes."""
    return Response(b"x" * size, media_type="text/html; charset=utf-8")
