"""One purchase, all the way: a price from the worker's catalogue, a user, a token, an order.

The plan says where the services are (AUTH_URL, USERS_URL, ORDERS_URL) and that the worker has a database.
"""
import contextlib
import os
import sqlite3
import urllib.request

AUTH, USERS, ORDERS = (os.environ[name] for name in ("AUTH_URL", "USERS_URL", "ORDERS_URL"))
BUYER = "lamp-buyer"


def ask(method, url, body="", **headers):
    """Status and first line of the answer; an exception for a status from 400 on."""
    request = urllib.request.Request(url, data=body.encode(), method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status, answer.read().decode().split("\n")[0]


@contextlib.contextmanager
def guest_of(url):
    ask("PUT", url + "/guests/shop.sells_a_lamp")
    try:
        yield
    finally:
        ask("DELETE", url + "/guests/shop.sells_a_lamp")


def price(thing, cents):
    catalogue = sqlite3.connect(os.path.join(os.environ["LOCKSTEP_WORKER_DIR"], "catalogue.sqlite"), timeout=5)
    with contextlib.closing(catalogue), catalogue:
        assert catalogue.execute("SELECT name FROM owner").fetchall() == [(os.environ["LOCKSTEP_WORKER"],)]
        catalogue.execute("INSERT OR REPLACE INTO thing VALUES (?, ?)", (thing, cents))
        return catalogue.execute("SELECT cents FROM thing WHERE name = ?", (thing,)).fetchone()[0]


with guest_of(AUTH), guest_of(USERS), guest_of(ORDERS):
    thing = f"lamp for {price('lamp', 4900)} cents"
    assert ask("PUT", f"{USERS}/users/{BUYER}", "lamp@example.org")[0] == 201
    token = ask("POST", f"{AUTH}/tokens", BUYER)[1]
    number = ask("POST", f"{ORDERS}/orders", thing, Authorization=token)[1]
    assert ask("GET", f"{ORDERS}/orders/{number}") == (200, f"{BUYER}: {thing}")
    ask("DELETE", f"{USERS}/users/{BUYER}")
print(f"order {number}: {thing}")
