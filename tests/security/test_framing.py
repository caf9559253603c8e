"""Where a request ends: a message that a proxy could read in another way than we do is refused (request smuggling)."""

import httptools
import pytest

HEAD = b"POST /fi/sign-in HTTP/1.1\r\nHost: kipina.example\r\n"
TWO_WAYS = {
    "both lengths": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
    "a length with a sign": b"Content-Length: +5\r\n\r\nabcde",
    "a space before the colon": b"Content-Length : 5\r\n\r\nabcde",
    "an unknown encoding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a chunk of no size": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "a folded header": b"X: a\r\n Content-Length: 5\r\n\r\nabcde",
}


@pytest.mark.parametrize("case", TWO_WAYS)
def test_what_can_be_read_in_two_ways_is_refused(case: str) -> None:
    """By the parser that `kipina serve` names; uvicorn answers 400 and closes the connection."""
    with pytest.raises(httptools.HttpParserError):
        httptools.HttpRequestParser(object()).feed_data(HEAD + TWO_WAYS[case])


def test_a_plain_message_is_read() -> None:
    httptools.HttpRequestParser(object()).feed_data(HEAD + b"Content-Length: 5\r\n\r\nabcde")
