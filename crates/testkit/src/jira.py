"""A server that stands in for Jira Data Center.

It verifies the OAuth 1.0a signature of every request with oauthlib, refuses a nonce that was used before, and posts webhooks when a
ticket changes. It prints its port. Options: --version 9 or 10, --path with a context path, --public-key with a PEM file.
"""

import argparse
import json
import secrets
import sys
import threading
import time
import urllib.parse
import urllib.request
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from oauthlib.common import Request
from oauthlib.oauth1.rfc5849 import signature

CONSUMER = "patchbay-trial"
STATUSES = [
    {"id": "1", "name": "Open", "statusCategory": {"key": "new"}},
    {"id": "3", "name": "In Progress", "statusCategory": {"key": "indeterminate"}},
    {"id": "6", "name": "Shipped", "statusCategory": {"key": "done"}},
]
USERS = [{**user, "self": f"http://jira.test/rest/api/2/user?username={user['name']}"} for user in [
    {"name": "wren", "key": "wren", "emailAddress": "Wren@example.org", "displayName": "Wren Ford", "active": True},
    {"name": "finch", "key": "finch", "emailAddress": "finch@example.org", "displayName": "Finch Lee", "active": True},
]]
PROJECTS = [{"id": "20400", "key": "OPS", "name": "Operations"}, {"id": "20401", "key": "WEB", "name": "Web"}]
TYPES = [{"id": "1", "name": "Bug"}, {"id": "2", "name": "Task"}]
FIELDS = [
    {"fieldId": "summary", "name": "Summary", "required": True, "schema": {"type": "string"}},
    {"fieldId": "description", "name": "Description", "required": False, "schema": {"type": "string"}},
    {"fieldId": "project", "name": "Project", "required": True, "schema": {"type": "project"}},
    {"fieldId": "issuetype", "name": "Type", "required": True, "schema": {"type": "issuetype"}},
    {"fieldId": "labels", "name": "Labels", "required": False, "schema": {"type": "array", "items": "string"}},
    {"fieldId": "customfield_10006", "name": "Secret", "required": False, "schema": {"type": "string"}},
    {"fieldId": "priority", "name": "Priority", "required": False, "schema": {"type": "priority"},
     "allowedValues": [{"id": "1", "name": "High"}, {"id": "2", "name": "Low"}]},
]


def post(request):
    try:
        urllib.request.urlopen(request, timeout=10)
    except OSError as error:
        print(f"a webhook was not taken: {error}", file=sys.stderr)


class Jira:
    def __init__(self, options):
        self.options = options
        self.public_key = open(options.public_key).read()
        self.nonces, self.webhooks, self.issues, self.links = set(), {}, {}, {}
        self.tokens, self.number = {}, 0
        self.broken = None  # "html", "status" with a number
        self.lock = threading.RLock()

    def issue(self, key):
        return self.issues.get(key)

    def create(self, fields):
        self.number += 1
        project = next(project for project in PROJECTS if project["id"] == fields["project"]["id"])
        key = f"{project['key']}-{self.number}"
        self.issues[key] = {
            "id": str(30000 + self.number),
            "key": key,
            "fields": {
                **fields, "project": project, "status": STATUSES[0], "assignee": None, "comment": {"comments": []},
                "updated": self.now(),
            },
        }
        return self.issues[key]

    def now(self):
        return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"

    def changed(self, issue, items):
        issue["fields"]["updated"] = self.now()
        event = {
            "timestamp": int(time.time() * 1000), "webhookEvent": "jira:issue_updated",
            "issue": {"id": issue["id"], "key": issue["key"], "fields": issue["fields"]},
            "changelog": {"id": "1", "items": items},
        }
        for webhook in self.webhooks.values():
            request = urllib.request.Request(
                webhook["url"], json.dumps(event).encode(), {"Content-Type": "application/json"})
            threading.Thread(target=post, args=(request,), daemon=True).start()

    def assign(self, issue, name):
        before = issue["fields"]["assignee"]
        user = next((user for user in USERS if user["name"] == name), None)
        if before == user:
            return
        issue["fields"]["assignee"] = user
        self.changed(issue, [{"field": "assignee", "from": before and before["name"], "to": name}])

    def move(self, issue, status):
        before = issue["fields"]["status"]
        issue["fields"]["status"] = next(known for known in STATUSES if known["id"] == status)
        self.changed(issue, [{"field": "status", "from": before["id"], "to": status}])


class Handler(BaseHTTPRequestHandler):
    jira = None
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=None, kind="application/json", headers=()):
        data = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def refused(self, problem):
        self.answer(401, f"oauth_problem={problem}", "text/plain", [("WWW-Authenticate", f'OAuth oauth_problem="{problem}"')])

    def verified(self):
        """The OAuth parameters of the request, if its signature is right."""
        header = self.headers.get("Authorization", "")
        if not header.startswith("OAuth "):
            return self.refused("parameter_absent")
        given = signature.collect_parameters(headers={"Authorization": header}, exclude_oauth_signature=False)
        given = dict(given)
        url = f"http://{self.headers['Host']}{self.path}"
        request = Request(url, self.command, None, {})
        query = urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query, keep_blank_values=True)
        request.params = [(name, value) for name, value in given.items() if name != "oauth_signature"] + query
        request.signature = given.get("oauth_signature")
        if given.get("oauth_consumer_key") != CONSUMER:
            return self.refused("consumer_key_unknown")
        if not signature.verify_rsa_sha1(request, self.jira.public_key):
            return self.refused("signature_invalid")
        if given["oauth_nonce"] in self.jira.nonces:
            return self.refused("nonce_used")
        self.jira.nonces.add(given["oauth_nonce"])
        if abs(int(given["oauth_timestamp"]) - time.time() - self.jira.options.clock) > 300:
            return self.refused("timestamp_refused")
        return given

    def handle_call(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        path, _, query = self.path.partition("?")
        path = path.removeprefix(self.jira.options.path).strip("/")
        query = dict(urllib.parse.parse_qsl(query))
        body = json.loads(body) if body else None
        with self.jira.lock:
            if path.startswith("_control/"):
                return self.control(path.removeprefix("_control/"), body)
            given = self.verified()
            if given is None:
                return None
            if self.jira.broken == "html":
                return self.answer(200, "<html>Log in</html>", "text/html;charset=UTF-8")
            if self.jira.broken:
                headers = [("Retry-After", "7")] if self.jira.broken == "429" else []
                return self.answer(int(self.jira.broken), {"errorMessages": ["Not today."], "errors": {}}, headers=headers)
            return self.route(path, query, body, given)

    do_GET = do_POST = do_PUT = do_DELETE = handle_call

    def control(self, path, body):
        """For tests: what a person does at Jira, and what breaks."""
        if path == "webhooks":
            return self.answer(200, list(self.jira.webhooks.values()))
        if path == "forget-webhooks":
            self.jira.webhooks.clear()
            return self.answer(204)
        if path == "broken":
            self.jira.broken = body["how"]
            return self.answer(204)
        if path == "clock":
            self.jira.options.clock = body["seconds"]
            return self.answer(204)
        issue = self.jira.issue(path.removeprefix("issue/"))
        if body:
            if "assignee" in body:
                self.jira.assign(issue, body["assignee"])
            if "status" in body:
                self.jira.move(issue, body["status"])
        return self.answer(200, {**issue, "links": self.jira.links.get(issue["key"], {})})

    def route(self, path, query, body, given):
        jira, parts = self.jira, path.split("/")
        if path == "plugins/servlet/oauth/request-token":
            token = secrets.token_hex(8)
            jira.tokens[token] = "request"
            return self.answer(200, f"oauth_token={token}&oauth_token_secret=s&oauth_callback_confirmed=true", "text/plain")
        if path == "plugins/servlet/oauth/access-token":
            if jira.tokens.pop(given.get("oauth_token"), None) != "request" or not given.get("oauth_verifier"):
                return self.refused("token_rejected")
            token = secrets.token_hex(8)
            jira.tokens[token] = "access"
            return self.answer(200, f"oauth_token={token}&oauth_token_secret=s&oauth_expires_in=157680000", "text/html")
        if jira.tokens.get(given.get("oauth_token")) != "access":
            return self.refused("token_rejected")
        if path == "rest/api/2/serverInfo":
            return self.answer(200, {"version": f"{jira.options.version}.4.0", "versionNumbers": [jira.options.version, 4, 0],
                                     "deploymentType": "Server", "baseUrl": "http://jira.test"})
        hooks = "rest/webhooks/1.0/webhook" if jira.options.version < 10 else "rest/jira-webhook/1.0/webhooks"
        if path == hooks and self.command == "GET":
            return self.answer(200, list(jira.webhooks.values()))
        if path == hooks:
            number = str(len(jira.webhooks) + 1)
            own = f"http://{self.headers['Host']}{jira.options.path}/{hooks}/{number}"
            jira.webhooks[number] = {**body, "self": own}
            return self.answer(201, jira.webhooks[number])
        if path.startswith(hooks + "/"):
            return self.answer(204 if jira.webhooks.pop(parts[-1], None) else 404)
        if parts[:2] != ["rest", "api"] or parts[2:3] not in (["2"], ["latest"]):
            return self.answer(404, {"errorMessages": ["No such page."], "errors": {}})
        return self.rest(parts[3:], query, body)

    def rest(self, parts, query, body):
        jira = self.jira
        match parts:
            case ["myself"]:
                return self.answer(200, USERS[1])
            case ["project"]:
                return self.answer(200, PROJECTS)
            case ["project", name]:
                return self.answer(200, next(project for project in PROJECTS if name in (project["id"], project["key"])))
            case ["field"]:
                return self.answer(200, [
                    {"id": field["fieldId"], "name": field["name"], "custom": False, "clauseNames": [field["fieldId"]]}
                    for field in FIELDS])
            case ["status"]:
                return self.answer(200, STATUSES)
            case ["issue", "createmeta", _, "issuetypes", *rest]:
                # Pages of two entries, whatever was asked for.
                values, start = (FIELDS if rest else TYPES), int(query.get("startAt", 0))
                page = values[start:start + 2]
                return self.answer(200, {"startAt": start, "isLast": start + 2 >= len(values), "values": page})
            case ["issue"]:
                fields = body["fields"]
                if not fields.get("summary"):
                    return self.answer(400, {"errorMessages": [], "errors": {"summary": "You must specify a summary of the issue."}})
                issue = jira.create(fields)
                return self.answer(201, {"id": issue["id"], "key": issue["key"], "self": "http://jira.test"})
            case ["user", "assignable", "search"] | ["user", "search"]:
                name = query["username"].lower()
                found = [user for user in USERS if name in user["name"] or name in user["emailAddress"].lower()]
                return self.answer(200, found)
            case ["search"]:
                found = [issue for issue in jira.issues.values()
                         if f'id="{issue["key"]}"' == query["jql"] or query["jql"].startswith("text")]
                return self.answer(200, {"issues": found, "total": len(found), "startAt": 0, "maxResults": 50})
            case ["jql", "autocompletedata", "suggestions"]:
                return self.answer(200, {"results": [{"value": query["fieldName"], "displayName": f"<b>{query['fieldValue']}</b>lue"}]})
            case ["issue", key, *rest] if jira.issue(key):
                return self.of_issue(jira.issue(key), rest, query, body)
        return self.answer(404, {"errorMessages": ["Issue Does Not Exist"], "errors": {}})

    def of_issue(self, issue, rest, query, body):
        jira = self.jira
        match rest:
            case []:
                return self.answer(200, issue)
            case ["assignee"]:
                jira.assign(issue, body["name"])
                return self.answer(204)
            case ["transitions"] if self.command == "GET":
                reachable = [known for known in STATUSES if known["id"] != issue["fields"]["status"]["id"]]
                return self.answer(200, {"transitions": [
                    {"id": "4" + known["id"], "name": known["name"], "to": known} for known in reachable]})
            case ["transitions"]:
                jira.move(issue, str(body["transition"]["id"])[1:])
                return self.answer(204)
            case ["comment"]:
                comments = issue["fields"]["comment"]["comments"]
                comments.append({"id": str(len(comments) + 1), "body": body["body"]})
                return self.answer(201, comments[-1])
            case ["comment", number]:
                issue["fields"]["comment"]["comments"][int(number) - 1]["body"] = body["body"]
                return self.answer(200, {})
            case ["remotelink"]:
                links = jira.links.setdefault(issue["key"], {})
                if self.command == "DELETE":
                    return self.answer(204 if links.pop(query["globalId"], None) else 404)
                links[body["globalId"]] = body["object"]
                return self.answer(201, {"id": 1})
        return self.answer(404, {"errorMessages": [], "errors": {}})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", type=int, default=9)
    parser.add_argument("--path", default="")
    parser.add_argument("--public-key", required=True)
    parser.add_argument("--clock", type=int, default=0)
    Handler.jira = Jira(parser.parse_args())
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
