"""Serves a Roundup tracker on this machine, for trying: python serve.py HOME PORT"""

import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from roundup.cgi.wsgi_handler import RequestDispatcher


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        """Requests are not logged."""


home, port = sys.argv[1], int(sys.argv[2])
make_server("127.0.0.1", port, RequestDispatcher(home, feature_flags={"cache_tracker": True}), Server, Quiet).serve_forever()
