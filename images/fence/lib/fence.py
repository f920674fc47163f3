"""The lead of a member that is known to be dead is released, before its lease runs out.

Every process of a member holds a shared lock on the member's file. The kernel grants the exclusive one when the last of
them has ended, and while it is held here, the member cannot come back. Only then, and only as long, is the key touched.
"""

import fcntl
import os
import signal
import sys
import threading
import time
import traceback

from etcd_gateway import Etcd, Unavailable

SETTINGS = "/run/synfleet/fence.conf"
LOCKS = "/var/lib/synfleet-fence"
STATE = "/run/synfleet/state"
LOOK_SECONDS = 0.5
RETRY_SECONDS = 0.2
ETCD_LOOK_SECONDS = 5


def say(text):
    print(f"synfleet: {text}", file=sys.stderr, flush=True)


class State:
    """What `healthy` and `ready` tell: one line a member, and one of etcd."""

    def __init__(self):
        self._lines = {}
        self._lock = threading.Lock()

    def set(self, name, text):
        with self._lock:
            if self._lines.get(name) == text:
                return
            self._lines[name] = text
            with open(f"{STATE}.new", "w", encoding="utf8") as file:
                file.writelines(f"{key} {value}\n" for key, value in sorted(self._lines.items()))
            os.replace(f"{STATE}.new", STATE)


class Fence:
    def __init__(self, settings, etcd, state):
        self._key = f"/synfleet/{settings['cluster']}/leader"
        self._lease_seconds = int(settings["lease_seconds"])
        self._etcd = etcd
        self._state = state
        # Of members whose lock was seen held: what waits for it.
        self._waiting = {}

    def watch(self, member):
        path = f"{LOCKS}/{member}"
        while True:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                self._state.set(member, "waiting")
                # A lock that was never seen held says nothing: its member may run where locks are not shared.
                while not held(file):
                    time.sleep(LOOK_SECONDS)
                self._state.set(member, "held")
                self._waiting[member] = file
                say(f"{member} runs, and holds its lock")
                fcntl.flock(file, fcntl.LOCK_EX)
                self.ended(member, file)
            finally:
                # The member may come back.
                self._waiting.pop(member, None)
                os.close(file)

    def ended(self, member, file):
        self._state.set(member, "ended")
        if os.fstat(file).st_nlink == 0:
            say(f"{member}: its lock was removed, so it says nothing; nothing is released")
        else:
            self.release(member)

    def finish(self, member):
        """To be called when this is to end: as a companion it is told to when its member has ended, perhaps before it knows."""
        try:
            # Another share in the very file that is waited for.
            file = os.open(f"/proc/self/fd/{self._waiting[member]}", os.O_RDWR)
        except (KeyError, OSError):
            return
        if not held(file, keep=True):
            self.ended(member, file)
        # Granted at once while the member lives, and otherwise when its lead has been released.
        fcntl.flock(file, fcntl.LOCK_SH)

    def release(self, member):
        """To be called with the member's lock held. Gives up when the lease has run out anyway."""
        began = time.monotonic()
        problem = "it changed each time it was read"
        while time.monotonic() - began < self._lease_seconds:
            try:
                found = self._etcd.read(self._key)
                if found is None or found[0] != member:
                    say(f"{member} has ended; {found[0] if found else 'nobody'} has the lead: nothing to release")
                    return
                if self._etcd.delete(self._key, *found):
                    milliseconds = round((time.monotonic() - began) * 1000)
                    say(f"{member} has ended and had the lead: released after {milliseconds} ms")
                    return
            except Unavailable as error:
                problem = str(error)
            time.sleep(RETRY_SECONDS)
        say(f"{member} has ended; its lead was not released, the lease has run out meanwhile: {problem}")

    def ask_etcd(self):
        try:
            self._etcd.read(self._key)
        except Unavailable as error:
            self._state.set("etcd", f"does not answer: {error}")
        else:
            self._state.set("etcd", "answers")


def held(file, keep=False):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    if not keep:
        fcntl.flock(file, fcntl.LOCK_UN)
    return False


class Stopped(Exception):
    pass


def stop(*_):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped


def or_end(watch, member):
    """A member that nobody watches any more must not go unnoticed: the container starts anew."""
    try:
        watch(member)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def main():
    with open(SETTINGS, encoding="utf8") as file:
        settings = dict(line.rstrip("\n").split("=", 1) for line in file)
    # Two at once would take each other's lock for the member's.
    alone = os.open(f"{LOCKS}/.fence", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if held(alone):
        say("another fence watches these members: this one waits for it to end")
    fcntl.flock(alone, fcntl.LOCK_EX)
    state = State()
    fence = Fence(settings, Etcd(settings["etcd"].split(",")), state)
    members = settings["members"].split(",")
    for member in members:
        threading.Thread(target=or_end, args=(fence.watch, member), daemon=True).start()
    try:
        signal.signal(signal.SIGTERM, stop)
        # So that a member of etcd that answers is known before it is needed.
        while True:
            fence.ask_etcd()
            time.sleep(ETCD_LOOK_SECONDS)
    except Stopped:
        for member in members:
            fence.finish(member)


if __name__ == "__main__":
    main()
