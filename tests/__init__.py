"""Tests across rooms, and what tests of all rooms share."""

#: The cheapest honest hasher: Argon2 itself has a test of its own.
HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", "django.contrib.auth.hashers.Argon2PasswordHasher"]
