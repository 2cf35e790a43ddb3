"""What tests of signing in and of the own account do at a browser."""

import html
import re

from hrpark.accounts import samples

LOGIN, NEW = "/account/login/", "shan-yin-dao-shang-9"


def text_of(response):
    return html.unescape(response.content.decode())


def key_in(response):
    return re.search(r'name="deed_key" value="([^"]+)"', response.content.decode()).group(1)


def post(client, path, **data):
    return client.post(path, {"deed_key": "key-of-a-form", **data})


def sign_in(client, person, password=samples.PASSWORD, **more):
    return post(client, LOGIN, key=person.key, password=password, **more)


def is_in(client):
    return client.get("/account/").status_code == 200
