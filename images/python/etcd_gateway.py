"""What programs of ours ask of etcd: one key read, and removed only as it was read. By etcd's own JSON gateway."""

import base64
import http.client
import json
import ssl

TLS = "/etc/synfleet/tls"
PORT = 2379
# A member that does not answer by then is passed over: the next one is asked.
TIMEOUT_SECONDS = 1


class Unavailable(Exception):
    """No member answered well; says what each of them did instead."""


class Etcd:
    def __init__(self, members):
        self._members = list(members)

    def read(self, key):
        """Value and revision of the key, or None. As the majority has it: a member that is cut off does not answer."""
        found = self._ask("/v3/kv/range", {"key": _encode(key)}).get("kvs")
        if not found:
            return None
        return base64.b64decode(found[0]["value"]).decode(), found[0]["mod_revision"]

    def delete(self, key, value, revision):
        """Removes the key if it still is what was read. Returns whether it was."""
        at = {"key": _encode(key), "result": "EQUAL"}
        return self._ask(
            "/v3/kv/txn",
            {
                "compare": [
                    {**at, "target": "VALUE", "value": _encode(value)},
                    {**at, "target": "MOD", "mod_revision": revision},
                ],
                "success": [{"request_delete_range": {"key": _encode(key)}}],
            },
        ).get("succeeded", False)

    def _ask(self, path, body):
        told = []
        members = self._members
        for member in members:
            try:
                answer = _post(member, path, body)
            except (OSError, http.client.HTTPException, ValueError) as error:
                told.append(f"{member}: {error or type(error).__name__}")
            else:
                # Whoever answered is asked first the next time.
                self._members = [member, *(other for other in members if other != member)]
                return answer
        raise Unavailable("; ".join(told))


def _post(member, path, body):
    # Read anew each time, so that a renewed certificate is used without a restart.
    context = ssl.create_default_context(cafile=f"{TLS}/ca.crt")
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(f"{TLS}/node.crt", f"{TLS}/node.key")
    connection = http.client.HTTPSConnection(member, PORT, timeout=TIMEOUT_SECONDS, context=context)
    try:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        text = response.read().decode()
        if response.status != 200:
            raise ValueError(f"status {response.status} {text.strip()}")
        return json.loads(text)
    finally:
        connection.close()


def _encode(text):
    return base64.b64encode(text.encode()).decode()
