"""Connections that tell how far a request got: the one fact that "may I try again?" rests on.

An exception alone does not tell: a reset before and a reset after the request left arrive as the same class, and a
hanging TLS handshake is dressed as a read time-out. So each connection notes, for its thread, that it is connecting
and that the request begins to leave.
"""

from __future__ import annotations

import threading
from enum import Enum, auto
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection

# urllib3 counts GET as safe to repeat; a GET that sends a message is not. `read=False` and `redirect=False` hand the
# original failure on instead of a disguised one. Connecting again is the client's decision, on what is known here.
NO_REPETITION = Retry(
    total=None, connect=0, read=False, redirect=False, status=0, other=0, respect_retry_after_header=False
)


class Stage(Enum):
    """How far a thread's present request got."""

    UNSEEN = auto()  # nothing noted: assume nothing
    CONNECTING = auto()  # name, TCP, proxy tunnel, TLS: no byte of the request has left
    LEAVING = auto()  # some of the request may have left


class _Progress(threading.local):
    stage = Stage.UNSEEN


class _Noted:
    """Mixed into a connection class: notes the stage of its pool's progress."""

    progress: _Progress
    sock: Any

    def connect(self) -> None:
        self.progress.stage = Stage.CONNECTING
        super().connect()  # type: ignore[misc]

    def endheaders(self, *args: Any, **kwargs: Any) -> None:
        # http.client connects while it sends the first bytes; connect first, so that the note is exact.
        if self.sock is None:
            self.connect()
        self.progress.stage = Stage.LEAVING
        super().endheaders(*args, **kwargs)  # type: ignore[misc]


class NotingAdapter(HTTPAdapter):
    """A requests adapter that repeats nothing and knows how far the present request of each thread got."""

    def __init__(self) -> None:
        self._progress = _Progress()
        noted = {"progress": self._progress}
        http = type("NotedHTTPConnection", (_Noted, HTTPConnection), noted)
        https = type("NotedHTTPSConnection", (_Noted, HTTPSConnection), noted)
        self._pool_classes = {
            "http": type("NotedHTTPPool", (HTTPConnectionPool,), {"ConnectionCls": http}),
            "https": type("NotedHTTPSPool", (HTTPSConnectionPool,), {"ConnectionCls": https}),
        }
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=NO_REPETITION)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pool of direct connections, of noting ones."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pool_classes

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        """Make the pool of connections through a proxy, of noting ones where the proxy speaks HTTP."""
        manager = super().proxy_manager_for(proxy, **proxy_kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = self._pool_classes
        return manager

    def begin(self) -> None:
        """Forget the thread's last request."""
        self._progress.stage = Stage.UNSEEN

    @property
    def stage(self) -> Stage:
        """How far the thread's present request got."""
        return self._progress.stage
