"""The wire of an outside service: a server on loopback that answers as a test says."""

import contextlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

# A redirect leads away: whoever follows it gives the key to somebody else.
ELSEWHERE = "http://127.0.0.1:9/stolen"


@contextlib.contextmanager
def serving(answer, tls=None, elsewhere=ELSEWHERE):
    """Serve until the block ends, and give the port.

    `answer` takes the method, the target, the headers and the body, and returns a status and
    bytes or a document; a redirect leads to `elsewhere`.
    """

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self):
            sent = self.rfile.read(int(self.headers["Content-Length"] or 0))
            status, document = answer(self.command, self.path, self.headers, sent)
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", elsewhere)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = handle_any  # noqa: N815  # the server's names

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
