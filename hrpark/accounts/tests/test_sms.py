"""The relay adapter against a real HTTP server on this machine."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from hrpark.accounts import sms
from hrpark.toolbox.errors import Misconfigured


@pytest.fixture
def relay():
    """A server that keeps what it is sent and answers what it is told."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.got.append((self.headers["Authorization"], json.loads(body)))
            self.send_response(server.answer)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.got, server.answer = [], 200
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def adapter(settings, relay):
    settings.SMS_ADAPTER = "hrpark.accounts.sms.HttpRelay"
    settings.SMS_RELAY_URL, settings.SMS_RELAY_TOKEN = f"http://127.0.0.1:{relay.server_port}/send", "secret"
    return sms.adapter()


def test_the_relay_gets_number_template_values_and_token(adapter, relay):
    adapter.send("13800138000", "code", {"code": "123456", "minutes": "10"})
    assert relay.got == [
        ("Bearer secret", {"mobile": "13800138000", "template": "code", "values": {"code": "123456", "minutes": "10"}})
    ]


def test_a_refusal_of_the_relay_is_an_error(adapter, relay):
    relay.answer = 503
    with pytest.raises(sms.SmsFailed, match="503"):
        adapter.send("13800138000", "code", {})


def test_a_relay_that_is_away_is_an_error(settings):
    settings.SMS_RELAY_URL, settings.SMS_RELAY_TOKEN = "http://127.0.0.1:9/", ""
    with pytest.raises(sms.SmsFailed, match="cannot be reached"):
        sms.HttpRelay().send("13800138000", "code", {})


def test_there_is_no_adapter_until_one_is_named(settings):
    settings.SMS_ADAPTER = ""
    assert sms.adapter() is None


@pytest.mark.parametrize("name", ["hrpark.accounts.sms.Nothing", "no.such.module.Adapter", "nonsense"])
def test_an_adapter_that_does_not_exist_is_named(settings, name):
    settings.SMS_ADAPTER = name
    with pytest.raises(Misconfigured, match=name):
        sms.adapter()


def test_a_relay_without_a_web_address_is_a_mistake(settings):
    settings.SMS_RELAY_URL = "file:///etc/passwd"
    with pytest.raises(Misconfigured):
        sms.HttpRelay()
