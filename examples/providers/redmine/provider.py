"""A provider of Patchbay for Redmine 5.0 or later, by its REST API.

    python provider.py --secret-file redmine.secret --redmine https://redmine.example.com/ --notes /srv/redmine-notes
"""

import argparse
import datetime
import json
import os
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from patchbay_provider import Failure, Notes, Webhooks, call, serve

PAGE = 100  # Redmine lists no more at once.
MAX_LISTED = 1000  # Patchbay shows no more.
MAX_SUBJECT = 255
CACHED = 60  # Seconds for which the list of statuses is kept.
ATTEMPTS = 5
PLAIN = {
    "unauthorized": "Redmine does not accept the API key.",
    "forbidden": "Redmine refuses this to the account of the API key, or its REST API is not enabled.",
    "not_found": "This does not exist in Redmine.",
}
CONFLICT = "Redmine: another change came between."


class Redmine:
    """The Redmine of this program, used with one account."""

    url = None
    known_statuses = ({}, 0)

    def __init__(self, account):
        self.account, self.members = account, None

    def call(self, method, path, body=None, **query):
        url = f"{self.url}{path}?{urllib.parse.urlencode(query)}"
        try:
            return call(method, url, body, {"x-redmine-api-key": self.account["apiKey"]})[0]
        except Failure as failure:
            words = PLAIN.get(failure.kind, str(failure))
            if failure.status == 422:
                words = f"Redmine: {problems(words)}" if problems(words) else CONFLICT
            elif words.lstrip()[:1] in ("", "<", "{"):
                words = f"Redmine answers with the status {failure.status}."
            raise Failure(failure.kind, words, None, failure.status, failure.retry_after) from None

    def get(self, path, **query):
        return self.call("GET", path, **query)

    def list(self, path, **query):
        """All pages of a list, whose name is the end of the path."""
        found = []
        while len(found) < MAX_LISTED:
            page = self.get(f"{path}.json", **query, limit=PAGE, offset=len(found))
            items = page[path.rsplit("/", 1)[-1]]
            found += items
            if not items or len(found) >= page["total_count"]:
                break
        return found

    def statuses(self, wanted=None):
        """All statuses by id. They hardly ever change, so they are kept, unless the wanted one is missing."""
        found, at = Redmine.known_statuses
        if not found or (wanted and wanted not in found) or time.monotonic() - at > CACHED:
            listed = self.get("issue_statuses.json")["issue_statuses"]
            found = {str(status["id"]): status for status in listed}
            Redmine.known_statuses = (found, time.monotonic())
        return found

    def issue(self, key, include=""):
        return self.get(f"issues/{number(key)}.json", include=include)["issue"]

    def change(self, key, values):
        """Changes an issue. Redmine refuses, without a reason, a change that meets another one at the same time."""
        for attempt in range(ATTEMPTS):
            try:
                return self.call("PUT", f"issues/{number(key)}.json", {"issue": values})
            except Failure as failure:
                if str(failure) != CONFLICT or attempt + 1 == ATTEMPTS:
                    raise
                time.sleep(0.1)

    def own_note(self, key, is_wanted):
        """The latest note of the own user of which this is true."""
        journals = self.issue(key, "journals")["journals"]
        own = [one for one in journals if one.get("user", {}).get("id") == self.account["user"] and is_wanted(one)]
        return max(own, key=lambda one: one["id"], default=None)

    def user(self, user_id):
        """A user, or nothing for a group."""
        try:
            return self.get(f"users/{user_id}.json")["user"]
        except Failure as failure:
            if failure.kind not in ("forbidden", "not_found"):
                raise
            return None

    def person(self, assignee):
        """A user or a group, for an event."""
        user = self.user(assignee["id"])
        return {"name": user["login"], "email": user.get("mail")} if user else {"name": assignee["name"]}

    def candidates(self, text, project):
        """Users with this text in login, name or address; the first members if the account is no administrator."""
        if self.members is None:
            try:
                return self.list("users", name=text)
            except Failure as failure:
                if failure.kind != "forbidden":
                    raise
            listed = self.get(f"projects/{project}/memberships.json", limit=PAGE)["memberships"]
            users = (self.user(one["user"]["id"]) for one in listed if "user" in one)
            self.members = [user for user in users if user]
        return self.members

    def user_id(self, assignee, project):
        """The user with one of these logins, else with one of these addresses."""
        for field, wanted in (("login", assignee["names"]), ("mail", assignee["emails"])):
            for text in wanted:
                text = text.lstrip("@").lower()
                found = self.candidates(text, project) if text else []
                exact = [user["id"] for user in found if (user.get(field) or "").lower() == text]
                if len(exact) == 1:
                    return exact[0]
        raise Failure("no_user", "No matching Redmine user found")


def problems(text):
    """The reasons of a refused change."""
    try:
        return "; ".join(json.loads(text)["errors"])
    except (ValueError, KeyError, TypeError):
        return text


def number(key):
    if not (key.isascii() and key.isdigit()):
        raise Failure("not_found", f"{key} is not the number of an issue.")
    return int(key)


def of(arguments):
    return Redmine(arguments["installation"]["account"])


def ticket(issue):
    return {
        "key": str(issue["id"]),
        "title": issue["subject"],
        "description": (issue.get("description") or "").replace("\r\n", "\n"),
        "project": str(issue["project"]["id"]),
        "status": str(issue["status"]["id"]),
    }


def connect(arguments):
    account = {"apiKey": arguments["fields"]["apiKey"].strip()}
    try:
        if not (account["apiKey"].isascii() and account["apiKey"].isalnum()):
            raise Failure("unauthorized", PLAIN["unauthorized"])
        account["user"] = Redmine(account).get("users/current.json")["user"]["id"]
    except Failure as failure:
        if failure.kind == "unauthorized":
            raise Failure("invalid_fields", str(failure), {"apiKey": [str(failure)]}) from None
        raise
    place = Redmine.url.partition("://")[2].rstrip("/")
    ticket_url = Redmine.url + "issues/{key}"
    return {"externalId": place, "name": place, "domainName": place, "ticketUrl": ticket_url, "account": account}


def statuses(arguments):
    redmine = of(arguments)
    projects = [{"value": str(one["id"]), "label": one["name"]} for one in redmine.list("projects")]
    found = [{"value": value, "label": one["name"]} for value, one in redmine.statuses().items()]
    return {"projects": projects, "statuses": found}


def create_form(arguments):
    redmine, issue = of(arguments), arguments["issue"] or {}
    proposed = {**issue.get("defaults", {}), **(arguments.get("chosen") or {})}
    projects = redmine.list("projects", include="trackers")

    def select(name, label, items, **more):
        """A select that proposes a choice that exists: the remembered one, Redmine's default, the first."""
        choices = [{"value": str(item["id"]), "label": item["name"]} for item in items]
        values = [choice["value"] for choice in choices]
        usual = [str(item["id"]) for item in items if item.get("is_default")]
        known = [value for value in [str(proposed.get(name)), *usual, *values] if value in values]
        return {
            "name": name, "type": "select", "label": label, "choices": choices,
            "default": known[0] if known else "", "required": True, **more,
        }

    project = select("project", "Project", projects, updatesForm=True)
    trackers = next((one.get("trackers", []) for one in projects if str(one["id"]) == project["default"]), [])
    priorities = redmine.get("enumerations/issue_priorities.json")["issue_priorities"]
    fields = [
        project,
        select("tracker", "Tracker", trackers),
        {"name": "title", "type": "string", "label": "Subject", "required": True, "default": issue.get("title", "")},
        {"name": "description", "type": "textarea", "label": "Description", "default": issue.get("description", "")},
        select("priority", "Priority", [one for one in priorities if one.get("active", True)]),
    ]
    if not issue:
        # The issue of an alert rule is not known yet: Patchbay fills in title and description.
        fields = [field for field in fields if field["name"] not in ("title", "description")]
    return {"fields": fields}


def search(arguments):
    if arguments["field"] != "externalIssue":
        return {"choices": []}
    redmine, query = of(arguments), arguments["query"].strip().lstrip("#")
    if not query:
        return {"choices": []}
    found = redmine.get("issues.json", subject="~" + query, status_id="*", sort="id:desc", limit=50)["issues"]
    if query.isascii() and query.isdigit():
        try:
            exact = redmine.issue(query)
            found = [exact] + [issue for issue in found if issue["id"] != exact["id"]]
        except Failure as failure:
            if failure.kind not in ("forbidden", "not_found"):
                raise
    return {"choices": [{"value": str(one["id"]), "label": f"#{one['id']} {one['subject']}"} for one in found]}


def create_ticket(arguments):
    redmine, fields = of(arguments), arguments["fields"]
    title = str(fields.get("title") or "").strip()
    given = {"title": title, "project": fields.get("project")}
    missing = {name: ["This field is required."] for name, value in given.items() if not value}
    if missing:
        raise Failure("invalid_fields", "The form has invalid fields.", missing)
    values = {"subject": title if len(title) <= MAX_SUBJECT else title[: MAX_SUBJECT - 1] + "…"}
    for name in ("project", "tracker", "priority"):
        if fields.get(name):
            values[f"{name}_id"] = fields[name]
    if fields.get("description"):
        values["description"] = fields["description"]
    return ticket(redmine.call("POST", "issues.json", {"issue": values})["issue"])


def create_comment(arguments):
    redmine, text = of(arguments), arguments["text"]
    redmine.change(arguments["key"], {"notes": text})
    # The answer to a change is empty; Redmine writes the ends of lines in its own way.
    note = redmine.own_note(arguments["key"], lambda one: (one.get("notes") or "").split() == text.split())
    if note is None:
        raise Failure("forbidden", "Redmine ignored the note: the account may not add notes.", status=403)
    return {"id": str(note["id"])}


def update_comment(arguments):
    redmine, note = of(arguments), number(arguments["id"])
    try:
        redmine.call("PUT", f"journals/{note}.json", {"journal": {"notes": arguments["text"]}})
    except Failure as failure:
        # Before 5.0 the API cannot change notes, which looks like a wrong key.
        is_old = failure.kind in ("unauthorized", "not_found")
        if is_old and redmine.own_note(arguments["key"], lambda one: one["id"] == note):
            raise Failure("refused", "This Redmine cannot change notes; that takes version 5.0.") from None
        raise


def assign(arguments):
    redmine, key, assignee = of(arguments), arguments["key"], arguments["assignee"]
    issue = redmine.issue(key)
    user = redmine.user_id(assignee, issue["project"]["id"]) if assignee else None
    if issue.get("assigned_to", {}).get("id") == user:
        return
    try:
        redmine.change(key, {"assigned_to_id": user or ""})
    except Failure as failure:
        if user and failure.status == 422:
            raise Failure("no_user", f"The user cannot be assigned to issues of this project. {failure}") from None
        raise
    if redmine.issue(key).get("assigned_to") == issue.get("assigned_to"):
        raise Failure("forbidden", "Redmine ignored the assignee: the account may not change it.", status=403)


def set_status(arguments):
    redmine, key, status = of(arguments), arguments["key"], arguments["status"]
    known = redmine.statuses(status)
    if status not in known:
        raise Failure("no_transition", "Redmine has no such status.")
    before = redmine.issue(key)["status"]
    if str(before["id"]) == status:
        return
    try:
        redmine.change(key, {"status_id": int(status)})
    except Failure as failure:
        if failure.status == 422:
            raise Failure("no_transition", str(failure)) from None
        raise
    # Redmine answers 204 as well if it ignores a status. Another status is a later change of a person.
    after = redmine.issue(key, "allowed_statuses")
    if after["status"]["id"] != before["id"]:
        return
    step = f"from {before['name']} to {known[status]['name']}"
    allowed = [str(one["id"]) for one in after.get("allowed_statuses", [{"id": status}])]
    if status not in allowed:
        words = f"Redmine does not allow the account the step {step}"
        raise Failure("no_transition", f"{words}: its workflow, a subtask or a blocking issue forbids it.")
    raise Failure("not_applied", f"Redmine ignored the step {step}.")


def event(account, note):
    """The event for a noted change, with the state that Redmine has now."""
    redmine = Redmine(account)
    try:
        issue = redmine.issue(str(note["issue"]))
    except Failure as failure:
        if failure.kind in ("forbidden", "not_found"):  # It is deleted, or is not shown to the account.
            return None
        raise
    known = redmine.statuses(str(issue["status"]["id"]))

    def status(status_id):
        one = known.get(str(status_id))
        return {"id": str(one["id"]), "name": one["name"], "done": one["is_closed"]} if one else None

    at = datetime.datetime.fromtimestamp(note["at"], datetime.timezone.utc)
    before = status(note["old"]) if note["field"] == "status" else None
    return {
        "event": "issue_updated",
        "occurredAt": at.isoformat(),
        "issue": {
            "key": str(issue["id"]),
            "title": issue["subject"],
            "url": f"{redmine.url}issues/{issue['id']}",
            "status": status(issue["status"]["id"]),
            "assignee": redmine.person(issue["assigned_to"]) if "assigned_to" in issue else None,
        },
        "changed": [note["field"]],
        "previous": {"status": before} if before else {},
        "actor": {"name": note["actor"]},
    }


def base_url(text):
    parts = urllib.parse.urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError("a URL such as https://redmine.example.com/ is expected")
    return text.rstrip("/") + "/"


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--listen", default="127.0.0.1:9000", help="address and port (default: %(default)s)")
    options.add_argument("--secret-file", required=True, help="file with the secret of Patchbay's requests, whsec_…")
    options.add_argument("--redmine", required=True, type=base_url, help="URL of the Redmine")
    options.add_argument("--notes", required=True, help="folder in which its plugin notes changes")
    options.add_argument("--state", default="redmine-webhooks.json", help="file for webhooks (default: %(default)s)")
    options = options.parse_args()
    with open(options.secret_file) as file:
        secret = file.read().strip()
    Redmine.url = options.redmine
    webhooks = Webhooks(options.state)
    Notes(options.notes, webhooks, event).start()
    host, _, port = options.listen.rpartition(":")
    serve((host.strip("[]"), int(port)), secret, {
        "connect": connect,
        "create_webhook": webhooks.create,
        "remove_webhook": webhooks.remove,
        "statuses": statuses,
        "create_form": create_form,
        "search": search,
        "create_ticket": create_ticket,
        "get_ticket": lambda arguments: ticket(of(arguments).issue(arguments["key"])),
        "create_comment": create_comment,
        "update_comment": update_comment,
        "assign": assign,
        "set_status": set_status,
        "probe": lambda arguments: of(arguments).get("users/current.json") and None,
    })


if __name__ == "__main__":
    main()
