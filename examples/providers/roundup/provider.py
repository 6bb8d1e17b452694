"""A provider of Patchbay for Roundup 2.x, by its REST API.

    python provider.py --secret-file roundup.secret --tracker-home /srv/roundup/tracker
"""

import argparse
import base64
import datetime
import os
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from patchbay_provider import Failure, Notes, Webhooks, call, serve

PROJECT = "tracker"  # Roundup has no projects: the whole tracker is one.
DONE = ("resolved", "done-cbb")
CACHED = 60  # Seconds for which the list of statuses is kept.
COMMIT = 5  # Seconds until a change that was noted is to be seen.


class Roundup:
    """A tracker, used with one account."""

    known_statuses = {}

    def __init__(self, account):
        credentials = f"{account['username']}:{account['password']}".encode()
        self.account, self.url = account, account["url"]
        self.headers = {
            "authorization": "Basic " + base64.b64encode(credentials).decode(),
            "x-requested-with": "patchbay",
            "origin": "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(self.url)),
        }

    def call(self, method, path, body=None, etag=None, **query):
        url = f"{self.url}rest/data/{path}?{urllib.parse.urlencode(query, safe='@')}"
        headers = {**self.headers, "if-match": etag} if etag else self.headers
        return call(method, url, body, headers)

    def item(self, path):
        """The attributes of an item, and its version."""
        found, headers = self.call("GET", path)
        return found["data"]["attributes"], headers["etag"]

    def list(self, path, **query):
        found, _ = self.call("GET", path, **query)
        return found["data"]["collection"]

    def create(self, path, values):
        made, _ = self.call("POST", path, values)
        return made["data"]["id"]

    def change(self, path, values, operation="replace"):
        """Changes an item whose version may change meanwhile."""
        for attempt in range(5):
            _, etag = self.item(path)
            try:
                return self.call("PATCH", path, {"@op": operation, **values}, etag)
            except Failure as failure:
                if failure.status != 412 or attempt == 4:
                    raise

    def message(self, text):
        """A new message of the own user."""
        return self.create("msg", {"content": text, "author": self.account["user"]})

    def statuses(self):
        """All statuses; they hardly ever change."""
        found, at = Roundup.known_statuses.get(self.url, (None, 0))
        if found is None or time.monotonic() - at > CACHED:
            found, at = self.list("status", **{"@fields": "name"}), time.monotonic()
            Roundup.known_statuses[self.url] = (found, at)
        return found

    def ticket(self, key):
        issue, _ = self.item(f"issue/{number(key)}")
        status = (issue["status"] or {}).get("id", "")
        return {"key": key, "title": issue["title"], "project": PROJECT, "status": status}

    def person(self, user_id):
        user, _ = self.item(f"user/{user_id}")
        return {"name": user["username"], "email": user.get("address")}

    def user_id(self, assignee):
        """The user with one of these names, else with one of these addresses."""
        for field, wanted in (("username", assignee["names"]), ("address", assignee["emails"])):
            for text in wanted:
                found = self.list("user", **{"@fields": field, field: text})
                exact = [user["id"] for user in found if (user[field] or "").lower() == text.lower()]
                if len(exact) == 1:
                    return exact[0]
        raise Failure("no_user", "No matching Roundup user found")


def number(key):
    if not key.isdigit():
        raise Failure("not_found", f"{key} is not the number of an issue.")
    return int(key)


def of(arguments):
    return Roundup(arguments["installation"]["account"])


def connect(arguments):
    fields = arguments["fields"]
    url = fields["url"].strip().rstrip("/") + "/"
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Failure("invalid_fields", "The form has invalid fields.", {"url": ["Enter a valid URL."]})
    account = {"url": url, "username": fields["username"], "password": fields["password"]}
    try:
        account["user"] = Roundup(account).user_id({"names": [account["username"]], "emails": []})
    except Failure as failure:
        if failure.kind == "unauthorized":
            words = "Roundup does not accept this user name and password."
            raise Failure("invalid_fields", words, {"password": [words]}) from None
        raise
    place = parts.netloc + parts.path.rstrip("/")
    return {"externalId": place, "name": place, "domainName": place, "ticketUrl": url + "issue{key}", "account": account}


def statuses(arguments):
    found = [{"value": status["id"], "label": status["name"]} for status in of(arguments).statuses()]
    return {"projects": [{"value": PROJECT, "label": "All issues"}], "statuses": found}


def create_form(arguments):
    issue = arguments["issue"] or {}
    priorities = of(arguments).list("priority", **{"@fields": "name"})
    choices = [{"value": one["id"], "label": one["name"]} for one in priorities]
    fields = [
        {"name": "title", "type": "string", "label": "Title", "required": True, "default": issue.get("title", "")},
        {"name": "description", "type": "textarea", "label": "Description", "default": issue.get("description", "")},
        {"name": "priority", "type": "select", "label": "Priority", "choices": choices},
    ]
    if not issue:
        # The issue of an alert rule is not known yet: Patchbay fills in title and description.
        fields = fields[2:]
    proposed = issue.get("defaults", {}).get("priority")
    fields[-1]["default"] = proposed or (choices[-1]["value"] if choices else "")
    return {"fields": fields}


def search(arguments):
    if arguments["field"] != "externalIssue":
        return {"choices": []}
    roundup, query = of(arguments), arguments["query"].strip().lstrip("#")
    found = roundup.list("issue", **{"@fields": "title", "title": query, "@page_size": "50"}) if query else []
    choices = [{"value": issue["id"], "label": f"#{issue['id']} {issue['title']}"} for issue in found]
    if query.isdigit():
        try:
            choices.insert(0, {"value": query, "label": f"#{query} {roundup.ticket(query)['title']}"})
        except Failure as failure:
            if failure.kind != "not_found":
                raise
    return {"choices": choices}


def create_ticket(arguments):
    roundup, fields = of(arguments), arguments["fields"]
    if not str(fields.get("title") or "").strip():
        raise Failure("invalid_fields", "The form has invalid fields.", {"title": ["This field is required."]})
    values = {name: fields[name] for name in ("title", "priority") if fields.get(name)}
    if fields.get("description"):
        values["messages"] = [roundup.message(fields["description"])]
    return roundup.ticket(roundup.create("issue", values))


def create_comment(arguments):
    roundup = of(arguments)
    path = f"issue/{number(arguments['key'])}"
    roundup.item(path)
    message = roundup.message(arguments["text"])
    roundup.change(path, {"messages": [message]}, "add")
    return {"id": message}


def update_comment(arguments):
    of(arguments).change(f"msg/{number(arguments['id'])}", {"content": arguments["text"]})


def assign(arguments):
    roundup, assignee = of(arguments), arguments["assignee"]
    user = roundup.user_id(assignee) if assignee else None
    path = f"issue/{number(arguments['key'])}"
    if user is None:
        return roundup.change(path, {"assignedto": ""}, "remove") and None
    roundup.change(path, {"assignedto": user})


def set_status(arguments):
    roundup, status = of(arguments), arguments["status"]
    if all(known["id"] != status for known in roundup.statuses()):
        raise Failure("no_transition", "Roundup has no such status.")
    roundup.change(f"issue/{number(arguments['key'])}", {"status": status})


def event(account, note):
    """The event for a noted change, with the state that Roundup has now."""
    roundup, attribute = Roundup(account), {"assignee": "assignedto", "status": "status"}[note["field"]]
    while True:
        try:
            issue, _ = roundup.item(f"issue/{note['issue']}")
        except Failure as failure:
            if failure.kind == "not_found":
                return None
            raise
        # The detector runs before the change is committed.
        if (issue[attribute] or {}).get("id") == note["new"] or time.time() > note["at"] + COMMIT:
            break
        time.sleep(0.1)
    names = {status["id"]: status["name"] for status in roundup.statuses()}

    def status(status_id):
        name = names.get(status_id, "")
        return {"id": status_id or "", "name": name, "done": name in DONE}

    at = datetime.datetime.fromtimestamp(note["at"], datetime.timezone.utc)
    assignee = (issue["assignedto"] or {}).get("id")
    return {
        "event": "issue_updated",
        "occurredAt": at.isoformat(),
        "issue": {
            "key": str(note["issue"]),
            "title": issue["title"],
            "url": f"{roundup.url}issue{note['issue']}",
            "status": status((issue["status"] or {}).get("id")),
            "assignee": roundup.person(assignee) if assignee else None,
        },
        "changed": [note["field"]],
        "previous": {"status": status(note["old"])} if note["field"] == "status" else {},
        "actor": {"name": note["actor"]},
    }


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--listen", default="127.0.0.1:9000", help="address and port (default: %(default)s)")
    options.add_argument("--secret-file", required=True, help="file with the secret of Patchbay's requests, whsec_…")
    options.add_argument("--tracker-home", required=True, help="home of the Roundup tracker")
    options.add_argument("--state", default="roundup-webhooks.json", help="where webhooks are kept (default: %(default)s)")
    options = options.parse_args()
    with open(options.secret_file) as file:
        secret = file.read().strip()
    webhooks = Webhooks(options.state)
    Notes(os.path.join(options.tracker_home, "patchbay"), webhooks, event).start()
    host, _, port = options.listen.rpartition(":")
    serve((host.strip("[]"), int(port)), secret, {
        "connect": connect,
        "create_webhook": webhooks.create,
        "remove_webhook": webhooks.remove,
        "statuses": statuses,
        "create_form": create_form,
        "search": search,
        "create_ticket": create_ticket,
        "get_ticket": lambda arguments: of(arguments).ticket(arguments["key"]),
        "create_comment": create_comment,
        "update_comment": update_comment,
        "assign": assign,
        "set_status": set_status,
        "probe": lambda arguments: of(arguments).list("priority") and None,
    })


if __name__ == "__main__":
    main()
