"""What the programs of the patroni image share: their files, the REST API of every member, the local server."""

import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import time

import yaml

CONFIGURATION = "/etc/synfleet"
RUN = "/run/synfleet"
DATA = "/var/lib/synfleet"
# What Patroni reads: links to the files of the deployment, and what `promote` decided on this member by hand.
PATRONI = f"{RUN}/patroni"
BY_HAND = f"{DATA}/by-hand.yml"
# There while a person promotes this member and accepts that acknowledged commits may be lost.
LOSS_ACCEPTED = f"{RUN}/loss-accepted"
REST_PORT = 8008


class Problem(Exception):
    """Told to the user as it is."""


def say(text):
    print(f"synfleet: {text}", file=sys.stderr, flush=True)


def settings():
    """The files of the deployment as one."""
    merged = {}
    for name in ("identity.yml", "settings.yml"):
        with open(f"{CONFIGURATION}/patroni/{name}", encoding="utf8") as file:
            merged.update(yaml.safe_load(file))
    return merged


def own_name():
    return settings()["name"]


def _tls():
    context = ssl.create_default_context(cafile=f"{CONFIGURATION}/tls/ca.crt")
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(f"{CONFIGURATION}/tls/node.crt", f"{CONFIGURATION}/tls/node.key")
    return context


class _Connection(http.client.HTTPSConnection):
    """To this member itself over the loopback address, where its own name need not be known."""

    def __init__(self, name, local, timeout):
        super().__init__(name, REST_PORT, timeout=timeout, context=_tls())
        self._local = local

    def connect(self):
        address = "127.0.0.1" if self._local else self.host
        plain = socket.create_connection((address, self.port), self.timeout)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


def call(method, path, body=None, member=None, timeout=5):
    """Status and answer of a member's Patroni; of this one when none is named."""
    name = own_name()
    connection = _Connection(member or name, member in (None, name), timeout)
    try:
        data = None if body is None else json.dumps(body)
        connection.request(method, path, data, {"Content-Type": "application/json"})
        response = connection.getresponse()
        text = response.read().decode()
        try:
            return response.status, json.loads(text)
        except ValueError:
            return response.status, text
    finally:
        connection.close()


def get(path, member=None):
    return call("GET", path, member=member)[1]


def leader():
    """Name of the member that leads, or None."""
    members = get("/cluster").get("members", [])
    return next((m["name"] for m in members if m["role"] == "leader"), None)


def position(status):
    """How far a member's WAL is, in bytes, from what its Patroni tells of it."""
    xlog = status.get("xlog", {})
    return xlog.get("location") or xlog.get("replayed_location") or 0


def wait(what, ask, seconds=60):
    deadline = time.monotonic() + seconds
    while True:
        try:
            answer = ask()
        except (OSError, http.client.HTTPException) as error:
            answer, what_else = None, f": {error}"
        else:
            what_else = ""
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise Problem(f"{what}: not within {seconds} s{what_else}")
        time.sleep(0.2)


def query(text):
    """Rows that the local server answers with, asked as the superuser on its socket."""
    # Not every program here needs a driver for which Python works a while.
    import psycopg2

    def connect():
        try:
            return psycopg2.connect(host="/run/postgresql", user="synfleet", dbname="postgres", connect_timeout=5)
        except psycopg2.OperationalError as error:
            # One that is just starting, or has no place free for the moment.
            raise ConnectionError(str(error).strip()) from None

    session = wait("the local server to answer", connect, 15)
    try:
        session.autocommit = True
        cursor = session.cursor()
        cursor.execute(text)
        return cursor.fetchall()
    finally:
        session.close()


def restart_bound():
    """Hash of what Patroni reads at its start alone; /run is new with each container."""
    paths = ["patroni/identity.yml", "tls/ca.crt"]
    told = subprocess.run(["sha256sum", *(f"{CONFIGURATION}/{path}" for path in paths)], capture_output=True, check=True)
    return told.stdout.decode()


def reload():
    """Has Patroni read its files. It does so in its next look around, and a change of nothing has it look around now."""
    call("POST", "/reload", {})
    call("PATCH", "/config", {"ttl": get("/config")["ttl"]})


def decide_to_lead():
    """Patroni passes over a member that the deployment did not name, whoever asks for it; this says otherwise."""
    with open(BY_HAND, "w", encoding="utf8") as file:
        file.write("tags:\n  nofailover: false\n")


def undecide():
    if os.path.exists(BY_HAND):
        os.remove(BY_HAND)


def hand_over(seconds=60):
    """Another member takes the lead, if one can. Returns whether it did."""
    status, answer = call("POST", "/switchover", {"leader": own_name()}, timeout=seconds)
    if status != 200:
        say(f"the lead stays here: {answer}")
        return False
    say(str(answer))
    wait("to follow the new leader", lambda: streams(get("/patroni")), seconds)
    return True


def streams(status):
    return status["state"] == "running" and status["role"] == "replica" and status.get("replication_state") == "streaming"


def program(main):
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        say(problem)
        sys.exit(1)
    except (OSError, http.client.HTTPException) as error:
        say(f"Patroni does not answer: {error}")
        sys.exit(1)
