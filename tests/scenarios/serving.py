"""The product over HTTP in a process of a test (tests/processes.py): as many threads as clients; prints its port."""

from __future__ import annotations

import django

django.setup()

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402

if __name__ == "__main__":
    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
    server.request_queue_size = 64
    server.set_app(get_wsgi_application())
    print(server.server_address[1], flush=True)
    server.serve_forever()
