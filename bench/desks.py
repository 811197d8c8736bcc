"""Somebody logged in at a node who sends forms, to the app itself and over a port of a real server."""

import http.client
import re
from collections.abc import Mapping
from typing import Any

import waitress
from flask import Flask

from bench.served import run

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Inside:
    """Somebody logged in who asks the app as a server would, without a port."""

    def __init__(self, app: Flask, name: str, password: str) -> None:
        self.client = app.test_client()
        token = TOKEN.search(self.client.get("/login").text)
        assert token
        form = {"name": name, "password": password, "csrf_token": token[1]}
        assert self.client.post("/login", data=form).status_code == 303
        again = TOKEN.search(self.client.get("/me").text)
        assert again
        self.headers = {"X-CSRFToken": again[1], "Content-Type": "application/x-www-form-urlencoded"}
        cookie = self.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        self.cookie = f"{cookie.key}={cookie.value}"

    def send(self, path: str, body: str, headers: Mapping[str, str]) -> int:
        """The status of an answer that was read to its end."""
        return self.client.post(path, data=body, headers={**self.headers, **headers}).status_code


class Outside:
    """The same over a port of waitress, on one connection, as a browser does it."""

    def __init__(self, app: Flask, name: str, password: str) -> None:
        self.headers = (somebody := Inside(app, name, password)).headers | {"Cookie": somebody.cookie}
        server: Any = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
        self.end = run(server)
        self.line = http.client.HTTPConnection("127.0.0.1", server.effective_port, timeout=60)

    def send(self, path: str, body: str, headers: Mapping[str, str]) -> int:
        """The status of an answer that was read to its end."""
        self.line.request("POST", path, body=body.encode(), headers={**self.headers, **headers})
        answer = self.line.getresponse()
        answer.read()
        return answer.status

    def close(self) -> None:
        """End the server and its thread."""
        self.line.close()
        self.end()
