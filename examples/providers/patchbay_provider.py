"""What every provider program needs: verified requests, failures, and events that are delivered. Standard library only.

The protocol is described in docs/integrations/provider-protocol.md.
"""

import base64
import hashlib
import hmac
import json
import os
import socket
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MAX_BODY = 4 * 1024 * 1024
TOLERANCE = 300  # Seconds between the clocks of the two hosts.
TIMEOUT = 8  # Seconds for a call to the tracker; Patchbay waits for 10.


class Failure(Exception):
    """A refusal with a kind of the protocol, for example "no_user"."""

    def __init__(self, kind, message, fields=None, status=422, retry_after=None):
        super().__init__(message)
        self.kind, self.fields, self.status, self.retry_after = kind, fields or {}, status, retry_after


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is a refusal: following it would send the credentials to another host."""

    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(NoRedirects)


def is_signed(secret, headers, body):
    """Whether the request comes from Patchbay: the signature of Standard Webhooks over id, time and body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    sent, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > TOLERANCE:
        return False
    signed = f"{sent}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected.encode(), one.encode()) for one in given)


def serve(address, secret, operations):
    """Answers `POST /<operation>` with what its function returns for the arguments. Never returns."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_POST(self):
            length = int(self.headers.get("content-length") or 0)
            if length > MAX_BODY:
                self.close_connection = True
                return self.answer(413, {"error": {"kind": "refused", "message": "The request is too large."}})
            body = self.rfile.read(length)
            if not is_signed(secret, self.headers, body):
                return self.answer(401, {"error": {"kind": "unauthorized", "message": "The signature is wrong."}})
            operation = operations.get(self.path.rsplit("/", 1)[-1])
            if operation is None:
                return self.answer(501, {"error": {"kind": "refused", "message": "This operation is not known."}})
            try:
                return self.answer(200, operation(json.loads(body)) or {})
            except Failure as failure:
                error = {"kind": failure.kind, "message": str(failure), "fields": failure.fields}
                return self.answer(failure.status, {"error": error}, failure.retry_after)
            except Exception as error:  # A flaw of the program is no flaw of the request.
                log(f"{self.path} failed: {error!r}")
                return self.answer(500, {"error": {"kind": "unreachable", "message": "The provider failed."}})

        def answer(self, status, body, retry_after=None):
            body = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            if retry_after:
                self.send_header("retry-after", retry_after)
            try:
                self.end_headers()
                self.wfile.write(body)
            except OSError:  # Patchbay has given up waiting.
                self.close_connection = True

        def log_message(self, *_):
            """Requests are not logged: their bodies contain credentials."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET

    server = Server(address, Handler)
    log(f"listening on http://{address[0]}:{server.server_address[1]}")
    server.serve_forever()


def call(method, url, body=None, headers=None):
    """Calls the tracker. Returns the answer's JSON and headers; a refusal is a Failure."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json", **(headers or {})}, method=method)
    try:
        with OPENER.open(request, timeout=TIMEOUT) as response:
            text = response.read(MAX_BODY)
            return (json.loads(text) if text.strip() else {}), response.headers
    except urllib.error.HTTPError as error:
        kinds = {401: "unauthorized", 403: "forbidden", 404: "not_found", 410: "not_found", 429: "rate_limited"}
        kind = kinds.get(error.code, "refused" if error.code < 500 else "unreachable")
        words = error.read(2000).decode(errors="replace")
        raise Failure(kind, words, status=error.code, retry_after=error.headers.get("retry-after")) from None
    except (OSError, ValueError) as error:
        raise Failure("unreachable", f"The tracker does not answer: {error}", status=503) from None


class Webhooks:
    """The webhook of each account, kept in a file that only this user can read."""

    def __init__(self, path):
        self.path, self.lock = path, threading.Lock()

    def all(self):
        """By the id of the account: {"url": …, "account": {…}}."""
        try:
            with open(self.path) as file:
                return json.load(file)
        except FileNotFoundError:
            return {}

    def create(self, arguments):
        """The operation create_webhook."""
        of = arguments["installation"]
        webhook = {"url": arguments["url"], "account": of["account"]}
        with self.lock:
            webhooks = self.all()
            is_new = webhooks.get(of["externalId"]) != webhook
            self.write({**webhooks, of["externalId"]: webhook})
        return {"created": is_new}

    def remove(self, arguments):
        """The operation remove_webhook."""
        with self.lock:
            webhooks = self.all()
            webhooks.pop(arguments["installation"]["externalId"], None)
            self.write(webhooks)

    def write(self, webhooks):
        folder = os.path.dirname(os.path.abspath(self.path))
        descriptor, name = tempfile.mkstemp(dir=folder)
        with os.fdopen(descriptor, "w") as file:
            json.dump(webhooks, file)
        os.replace(name, self.path)


class Notes:
    """Follows a folder in which the tracker notes its changes, and delivers them.

    A note is a file with {"issue", "field", "at", "old", "new", "actor"}; its name begins with its time. Several notes about one field
    of one issue become one event. A note is deleted after its event was accepted, so nothing is lost while this program or Patchbay is
    stopped.
    """

    def __init__(self, folder, webhooks, event):
        self.folder, self.webhooks, self.event = folder, webhooks, event

    def start(self):
        os.makedirs(self.folder, exist_ok=True)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            waiting = self.waiting()
            for names, note in waiting:
                for webhook in self.webhooks.all().values():
                    self.deliver(webhook, note, names[-1])
                for name in names:
                    os.remove(os.path.join(self.folder, name))
            if not waiting:
                time.sleep(0.1)

    def waiting(self):
        """The notes of each field, as their files and one note with the first old and the last new value; the oldest first."""
        fields = {}
        for name in sorted(name for name in os.listdir(self.folder) if name.endswith(".json")):
            with open(os.path.join(self.folder, name)) as file:
                note = json.load(file)
            names, first = fields.pop((note["issue"], note["field"]), ([], note))
            fields[note["issue"], note["field"]] = ([*names, name], {**note, "old": first["old"]})
        return list(fields.values())

    def deliver(self, webhook, note, name):
        pause = 0.2
        while True:
            try:
                event = self.event(webhook["account"], note)
                if event is not None:
                    call("POST", webhook["url"], {**event, "id": name.removesuffix(".json")})
                return
            except Failure as failure:
                if failure.kind not in ("rate_limited", "unreachable"):
                    return log(f"the event {name} was refused and is dropped: {failure}")
                log(f"the event {name} waits: {failure}")
            time.sleep(pause)
            pause = min(pause * 2, 10)


def log(text):
    print(text, file=sys.stderr, flush=True)
