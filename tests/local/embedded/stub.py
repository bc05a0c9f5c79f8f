"""A stub web process that is ready at once, to test the supervisor alone."""

import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["web"]:
            ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Ready).serve_forever()
        case ["idle", *_]:
            time.sleep(3600)
        case ["say", words]:
            sys.stdout.write(words + "\n")
        case ["fail", *words]:
            sys.stderr.write("".join(f"Error: {word}\n" for word in words))
            sys.exit(3)
